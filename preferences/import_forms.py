"""What does staff say about a table of contacts: the file, its columns, and what becomes of whom?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from preferences.importing.columns import EMAIL, FIELDS, NEW, TOPIC, Column, new_key, targets
from preferences.list_reading import MOST_BYTES
from preferences.models import ContactImport, ContactList, Topic


class UploadForm(forms.Form):
    """A table to be brought in."""

    file = forms.FileField(
        label="File", allow_empty_file=True,
        help_text="CSV or TSV, as spreadsheets and other mail systems write it; any encoding. Up to 100 MB.",
    )  # fmt: skip

    def clean_file(self) -> UploadedFile[Any]:
        """Not larger than is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is not None and file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 100 MB. Divide it.")
        return file


class MappingForm(forms.Form):
    """What each column is, and what becomes of the people."""

    known = forms.ChoiceField(
        label="Contacts you have already", choices=ContactImport.Known.choices, initial=ContactImport.Known.FILL,
        widget=UnfoldAdminSelectWidget(), help_text="An empty cell never clears a value.",
    )  # fmt: skip
    to_list = forms.ModelChoiceField(
        label="Put everybody on a list", queryset=ContactList.objects.all(), required=False, empty_label="no list",
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    new_list = forms.CharField(
        label="… or on a new list", max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    topics = forms.ModelMultipleChoiceField(
        label="Subscribe everybody to", queryset=Topic.objects.all(), required=False,
        widget=forms.CheckboxSelectMultiple(), help_text="What a person chose before stays as it is.",
    )  # fmt: skip
    consent_source = forms.CharField(
        label="How they agreed", max_length=200, required=False, widget=UnfoldAdminTextInputWidget(),
        help_text="Where and when, for whoever asks later: “Paper forms at the fair in Oslo, May 2026”. No addresses.",
    )  # fmt: skip
    wording = forms.CharField(
        label="The words they agreed to", max_length=4_000, required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Word for word; kept in the consent ledger with each person.",
    )  # fmt: skip

    def __init__(self, columns: list[Column], given: Any = None) -> None:
        super().__init__(given)
        self.columns = columns
        choices = [("", "Leave it out"), *targets()]
        for one in columns:
            self.fields[self._name(one.place)] = forms.ChoiceField(
                label=one.name, choices=choices, required=False, initial=one.guess, widget=UnfoldAdminSelectWidget()
            )

    def rows(self) -> list[tuple[Column, forms.BoundField]]:
        """Each column with its field."""
        return [(one, self[self._name(one.place)]) for one in self.columns]

    def rest(self) -> list[forms.BoundField]:
        """The other fields."""
        return [self[name] for name in self.base_fields]

    def clean_consent_source(self) -> str:
        """It outlives its people, so no address may hide in it."""
        text: str = self.cleaned_data["consent_source"]
        if "@" in text:
            raise forms.ValidationError("Leave addresses out: this note stays when a person is erased.")
        return text

    def clean(self) -> dict[str, Any]:
        """The columns must make sense together, and whoever subscribes people must be able to prove it."""
        given = super().clean() or {}
        self._check_columns()
        if given.get("to_list") and given.get("new_list"):
            self.add_error("new_list", "Choose a list or name a new one, not both.")
        if given.get("topics") or any(target.startswith(TOPIC) for target in self.targets()):
            for name in ("consent_source", "wording"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, "You subscribe people, so this is needed: the ledger keeps it as the proof.")
        return given

    def targets(self) -> list[str]:
        """Where each column goes, in order."""
        return [self.cleaned_data.get(self._name(one.place), "") for one in self.columns]

    def _check_columns(self) -> None:
        wanted = self.targets()
        if EMAIL not in wanted:
            self.add_error(None, "Say which column holds the e-mail addresses: without one nobody can be brought in.")
        made = [
            f"{NEW}{new_key(self.columns[place].name, place)}" if target.startswith(NEW) else target
            for place, target in enumerate(wanted)
        ]
        for target, number in Counter(made).items():
            if target and number > 1:
                self.add_error(None, f"{number} columns go to “{self._said(target)}”. Leave all but one of them out.")

    def _said(self, target: str) -> str:
        words = {value: label for _group, choices in targets() for value, label in choices}
        return FIELDS.get(target) or words.get(target) or target.removeprefix(NEW)

    @staticmethod
    def _name(place: int) -> str:
        return f"column-{place}"
