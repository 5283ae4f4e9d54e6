"""What does staff write about a sign-up form?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from preferences.models import SignUpForm, Topic

_LINE, _SWITCH = UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget


def _text(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows})


class BuilderForm(forms.Form):
    """Everything that a form shows and says."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=_LINE(), help_text=_("For you; visitors never see it.")
    )
    key = forms.SlugField(
        label=_("Address"), max_length=50, required=False, widget=_LINE(),
        help_text=_("The end of the form's address, in small letters; empty: made from the name. It stays as it is."),
    )  # fmt: skip
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget())
    heading = forms.CharField(label=_("Heading"), max_length=120, widget=_LINE())
    intro = forms.CharField(
        label=_("Introduction"), max_length=2000, required=False, widget=_text(2),
        help_text=_("What people get, and how often."),
    )  # fmt: skip
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"), queryset=Topic.objects.all(), to_field_name="key",
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Choose what people sign up for: at least one topic.")},
    )  # fmt: skip
    are_topics_offered = forms.BooleanField(
        label=_("People choose among these topics"), required=False, widget=_SWITCH(),
        help_text=_("Off: whoever signs up gets all of them."),
    )  # fmt: skip
    asks_first_name = forms.BooleanField(label=_("Ask for the first name"), required=False, widget=_SWITCH())
    asks_last_name = forms.BooleanField(label=_("Ask for the last name"), required=False, widget=_SWITCH())
    wording = forms.CharField(
        label=_("Consent wording"), max_length=4000, widget=_text(4),
        help_text=_(
            "What people agree to: from whom, about what, how often, and that they can stop it. A change makes a new"
            " version; who signed up before keeps the words that they read."
        ),
    )  # fmt: skip
    button = forms.CharField(label=_("Button"), max_length=60, widget=_LINE())
    thanks = forms.CharField(
        label=_("After signing up"), max_length=2000, required=False, widget=_text(2),
        help_text=_("Empty: asks them to look into their mailbox."),
    )  # fmt: skip
    welcome = forms.CharField(
        label=_("After confirming"),
        max_length=2000,
        required=False,
        widget=_text(2),
        help_text=_("Empty: a thank-you."),
    )
    is_active = forms.BooleanField(
        label=_("Open"), required=False, widget=_SWITCH(), help_text=_("Off: the page says that the form is closed.")
    )

    def __init__(self, *args: Any, form: SignUpForm | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._form = form
        if form is not None:
            del self.fields["key"]  # it stands in other people's sites

    def clean(self) -> dict[str, Any]:
        """A new form has an address of its own."""
        written: dict[str, Any] = super().clean() or {}
        if self._form is None and "key" not in self.errors and "name" in written:
            written["key"] = (written.get("key") or slugify(written["name"])[:50].strip("-")).lower()
            self._check_key(written["key"])
        return written

    def _check_key(self, key: str) -> None:
        if not key:
            self.add_error("key", _("Write an address: the name has no letters that could make one."))
        elif SignUpForm.objects.filter(key=key).exists():
            self.add_error("key", _("Another form has this address already."))
