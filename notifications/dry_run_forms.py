"""What does staff say of an event that is only tried?"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preferences.addresses import BadAddress, normalise_address
from tracking.schemas import known_names


def _names() -> list[tuple[str, str]]:
    return [(name, name) for name in known_names()]


class DryRunForm(forms.Form):
    """An event as an application would raise it, and the moment to imagine."""

    name = forms.ChoiceField(label=gettext_lazy("Event"), choices=_names)
    contact = forms.CharField(
        label=gettext_lazy("Contact"), max_length=254, help_text=gettext_lazy("An address; known ones are offered.")
    )
    at = forms.DateTimeField(
        label=gettext_lazy("When"), required=False, help_text=gettext_lazy("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Optional, as the application gives it."),
    )
    payload = forms.CharField(label=gettext_lazy("Payload"), max_length=300_000, widget=forms.Textarea, strip=False)

    def clean_contact(self) -> str:
        """An address that a mail could go to."""
        try:
            normalise_address(self.cleaned_data["contact"])
        except BadAddress as bad:
            raise forms.ValidationError(_("This is no address: %s.") % bad) from None
        return str(self.cleaned_data["contact"])

    def clean_payload(self) -> dict[str, Any]:
        """The payload as an object; whether it fits the event is for the dry run to say."""
        try:
            payload = json.loads(self.cleaned_data["payload"])
        except json.JSONDecodeError as fault:
            where = {"line": fault.lineno, "column": fault.colno, "fault": fault.msg}
            raise forms.ValidationError(
                _("This is no JSON: line %(line)s, column %(column)s: %(fault)s.") % where
            ) from None
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This JSON nests too deep or holds a number that is too long.")) from None
        if not isinstance(payload, dict):
            raise forms.ValidationError(_('The payload is an object: {"number": "17"}.'))
        return payload
