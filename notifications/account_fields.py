"""What do the fields of an account's form look like: its kind's options, its secrets, its limits?"""

from __future__ import annotations

from django import forms
from django.core.validators import MinValueValidator
from django.utils.html import format_html
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from notifications.delivery.credentials import Origin
from notifications.delivery.providers.accounts import Option
from notifications.delivery.providers.base import ProviderKind

#: What the names of the fields begin with.
SECRET, OPTION = "credential_", "option_"

#: The limits with their labels and help in plain words.
LIMITS: dict[str, tuple[str, str]] = {
    "mails_per_second": (
        "Mails a second",
        "Of all workers together. Fractions are fine: 0.5 is one every two seconds.",
    ),
    "calls_per_second": (
        "Calls a second",
        "Of all workers together. A call carries one mail, or a whole batch.",
    ),
    "calls_at_once": (
        "Calls at once",
        "Calls or connections that may be open at the same time, of all workers together.",
    ),
}

#: What a field says of where its secret is now: placeholder and help.
_ORIGINS: dict[Origin, tuple[str, str]] = {
    Origin.STORED: (
        "stored; empty keeps it",
        "Stored, sealed; never shown again. The variable {variable} would win over it.",
    ),
    Origin.ENVIRONMENT: (
        "from the environment",
        "Taken from the environment ({variable}), which wins over what is stored.",
    ),
    Origin.MISSING: (
        "missing",
        "Missing. Type it in, or set {variable} in the environment.",
    ),
    Origin.UNREADABLE: (
        "type it in again",
        "Stored, but its vault key is gone: type it in again, or set {variable}.",
    ),
}


def secret_field(name: str, *, origin: Origin, variable: str) -> forms.CharField:
    """An always empty field for one secret, which says where the present value comes from."""
    placeholder, text = _ORIGINS[origin]
    return forms.CharField(
        required=False, label=_label(name), strip=True, max_length=5000,
        disabled=origin == Origin.ENVIRONMENT,
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password", "placeholder": placeholder}, render_value=False
        ),
        help_text=format_html(text, variable=format_html('<code class="pr-wrap">{}</code>', variable)),
    )  # fmt: skip


def _label(name: str) -> str:
    """A credential's name as people write it."""
    return name.replace("_", " ").capitalize().replace("Api", "API")


def option_field(option: Option, *, is_required: bool) -> forms.Field:
    """A field for a documented option. The form judges whether it must be filled in: simulated accounts need none."""
    help_text = f"{option.help} Required." if is_required else option.help
    if option.choices:
        return forms.ChoiceField(
            choices=list(option.choices), label=option.label, help_text=help_text, required=False,
            widget=UnfoldAdminSelectWidget(),
        )  # fmt: skip
    attrs = {"placeholder": option.placeholder}
    if option.is_number:
        return forms.IntegerField(
            label=option.label, help_text=help_text, required=False, min_value=1, max_value=65535,
            widget=UnfoldAdminIntegerFieldWidget(attrs=attrs),
        )  # fmt: skip
    return forms.CharField(
        label=option.label, help_text=help_text, required=False, max_length=250,
        widget=UnfoldAdminTextInputWidget(attrs=attrs),
    )  # fmt: skip


def limit_help(field: forms.Field, name: str, *, kind: ProviderKind | None) -> None:
    """Name a limit, and say what the provider documents; an empty field is no limit, whatever is documented."""
    field.label, field.help_text = LIMITS[name]
    documented = (kind.account.limits or {}).get(name) if kind else None
    if kind and documented:
        field.help_text = f"{field.help_text} {kind.label} documents: {documented}."
    field.widget.attrs["placeholder"] = "no limit"
    least = 1 if name == "calls_at_once" else 0.01
    field.validators.append(MinValueValidator(least, message=_too_small(least)))


def _too_small(least: float) -> str:
    return f"At least {least:g}. Leave it empty for no limit; to stop an account, switch it off."
