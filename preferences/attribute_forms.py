"""What does staff write about attributes, and about one contact?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import validate_slug
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from preferences.addresses import BadAddress
from preferences.attribute_kinds import BadValue, Kind, parse_value, write_value
from preferences.contacts import clean_name
from preferences.locales import normal_locale
from preferences.models import Attribute, Contact
from preferences.phones import BadPhone, normalise_phone
from preferences.time_zones import is_zone

#: What a field of each kind looks like, and what is written below it.
_HINTS = {
    Kind.TEXT: "", Kind.NUMBER: "A number, such as 1234.5.", Kind.DATE: "", Kind.BOOLEAN: "",
    Kind.LIST: "Items with semicolons between them.", Kind.PLACE: "City, region, country in two letters: Oslo, NO.",
}  # fmt: skip
_ATTRIBUTE = "attribute-"


class AttributeForm(forms.Form):
    """A definition; the key and, after the first time, the kind are set elsewhere."""

    name = forms.CharField(
        max_length=120, widget=UnfoldAdminTextInputWidget(), help_text="In plain words, for those who build segments."
    )
    description = forms.CharField(max_length=300, required=False, widget=UnfoldAdminTextInputWidget())


class NewAttributeForm(AttributeForm):
    """A definition of a key that has none."""

    key = forms.CharField(
        max_length=64, widget=UnfoldAdminTextInputWidget(attrs={"autocapitalize": "off", "spellcheck": "false"}),
        validators=[validate_slug], help_text="As templates and imports write it: favourite_colour.",
    )  # fmt: skip
    kind = forms.ChoiceField(choices=Kind.choices, widget=UnfoldAdminSelectWidget())
    field_order = ("name", "key", "kind", "description")

    def clean_key(self) -> str:
        """Each key has one definition."""
        key: str = self.cleaned_data["key"]
        if Attribute.objects.filter(key=key).exists():
            raise forms.ValidationError("This key is defined already.")
        return key


class KindForm(forms.Form):
    """Another kind for an attribute."""

    kind = forms.ChoiceField(choices=Kind.choices, widget=UnfoldAdminSelectWidget())


class ValueField(forms.CharField):
    """A value of an attribute, typed as its kind wants."""

    def __init__(self, attribute: Attribute) -> None:
        self.kind = attribute.kind
        super().__init__(
            label=attribute.name, required=False, widget=_widget_of(attribute.kind), max_length=4_000,
            help_text=attribute.description or _HINTS[Kind(attribute.kind)],
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        """The stored form, or None for an empty field."""
        try:
            return parse_value(self.kind, super().clean(value))
        except BadValue as fault:
            raise forms.ValidationError(f"Please {fault}." if str(fault).startswith("write") else f"{fault}.") from None


def _widget_of(kind: str) -> forms.Widget:
    if kind == Kind.BOOLEAN:
        select: forms.Widget = UnfoldAdminSelectWidget(choices=[("", "not known"), ("yes", "Yes"), ("no", "No")])
        return select
    types = {Kind.DATE: "date", Kind.NUMBER: "text"}
    extra = {"inputmode": "decimal"} if kind == Kind.NUMBER else {}
    field: forms.Widget = UnfoldAdminTextInputWidget(attrs={"type": types.get(Kind(kind), "text"), **extra})
    return field


class ContactForm(forms.Form):
    """What staff may change of a contact: names, phone, language, time zone, and attributes that are defined."""

    first_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget())
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget())
    phone = forms.CharField(
        max_length=40, required=False, widget=UnfoldAdminTextInputWidget(attrs={"type": "tel"}),
        help_text="With its country: +49 151 23456789.",
    )  # fmt: skip
    locale = forms.CharField(
        label="Language", max_length=16, required=False, widget=UnfoldAdminTextInputWidget(),
        help_text="Such as de or pt-BR.",
    )  # fmt: skip
    time_zone = forms.CharField(
        max_length=64, required=False, widget=UnfoldAdminTextInputWidget(), help_text="Such as Europe/Oslo."
    )

    def __init__(self, contact: Contact, given: Mapping[str, Any] | None = None) -> None:
        self.attributes = list(Attribute.objects.all())
        own = ("first_name", "last_name", "phone", "locale", "time_zone")
        stored = contact.attributes if isinstance(contact.attributes, dict) else {}
        initial = {name: getattr(contact, name) for name in own}
        initial |= {f"{_ATTRIBUTE}{one.key}": write_value(stored.get(one.key)) for one in self.attributes}
        super().__init__(given, initial=initial)
        for one in self.attributes:
            self.fields[f"{_ATTRIBUTE}{one.key}"] = ValueField(one)

    def clean_first_name(self) -> str:
        """Fit for a header."""
        return self._clean_name("first_name")

    def clean_last_name(self) -> str:
        """Fit for a header."""
        return self._clean_name("last_name")

    def clean_phone(self) -> str:
        """In its one spelling."""
        try:
            return normalise_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"].strip() else ""
        except BadPhone as fault:
            raise forms.ValidationError(f"Please {fault}.") from None

    def clean_locale(self) -> str:
        """In its one spelling."""
        written: str = self.cleaned_data["locale"].strip()
        if written and not normal_locale(written):
            raise forms.ValidationError("Write a language as de or pt-BR.")
        return normal_locale(written)

    def clean_time_zone(self) -> str:
        """One that exists."""
        name: str = self.cleaned_data["time_zone"].strip()
        if name and not is_zone(name):
            raise forms.ValidationError("There is no such time zone. Write it as Europe/Oslo.")
        return name

    def changes(self) -> tuple[dict[str, str], dict[str, Any]]:
        """Columns and attributes that came back other than they were shown; an attribute that is None goes."""
        changed = set(self.changed_data)
        columns = {n: self.cleaned_data[n] for n in self.fields if n in changed and not n.startswith(_ATTRIBUTE)}
        keys = [one.key for one in self.attributes if f"{_ATTRIBUTE}{one.key}" in changed]
        return columns, {key: self.cleaned_data[f"{_ATTRIBUTE}{key}"] for key in keys}

    def _clean_name(self, field: str) -> str:
        try:
            return clean_name(self.cleaned_data[field])
        except BadAddress as fault:
            raise forms.ValidationError(f"{fault}.") from None
