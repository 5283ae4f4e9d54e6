"""What does staff write when it brings in a list of addresses, or lifts suppressions?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from preferences.forms import MAIL_SCOPES
from preferences.list_reading import MOST_BYTES


def _no_address(text: str) -> str:
    """Notes outlive their person, so no address may hide in one."""
    if "@" in text:
        raise forms.ValidationError("Leave addresses out: this note stays when the person is erased.")
    return text


class _NoteField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, widget=UnfoldAdminTextInputWidget(), **options)

    def clean(self, value: Any) -> str:
        """See Django."""
        return _no_address(super().clean(value))


class ListForm(forms.Form):
    """A list to be looked through."""

    file = forms.FileField(
        label="File", help_text="CSV, or one address a line; any encoding and separator. Up to 100 MB.",
        allow_empty_file=True,
    )  # fmt: skip
    scope = forms.ChoiceField(label="Stop", choices=MAIL_SCOPES, widget=UnfoldAdminSelectWidget())
    note = _NoteField(label="Where it comes from", help_text="For those who ask later. No addresses.")

    def clean_file(self) -> UploadedFile[Any]:
        """Not larger than is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is not None and file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 100 MB. Divide it.")
        return file


class LiftForm(forms.Form):
    """Why suppressions are lifted; those of spam complaints take a tick of their own."""

    note = _NoteField(label="Why", help_text="Kept with the suppression. No addresses.")
    is_sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, complaints: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        if complaints:
            self.fields["is_sure"].required = True
            self.fields["is_sure"].label = "The person asked for our mail again after reporting it as spam"
            self.fields["is_sure"].error_messages["required"] = "Tick this, or leave the complaints out."
        else:
            del self.fields["is_sure"]
