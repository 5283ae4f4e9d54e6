"""What does staff say about a test: to whom, as whom, in which stream? And which seed lists are kept?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.queues import Stream
from notifications.delivery.models import SeedList
from notifications.delivery.trial_addresses import read_addresses
from notifications.personas import HARD_CASES, Persona, find_persona
from notifications.usages import streams_of, types_using


class TemplateTestForm(forms.Form):
    """One test. `cleaned_data` has `readers`, the addresses, and `persona`."""

    subject = forms.ChoiceField(label=gettext_lazy("What"))
    case = forms.ChoiceField(label=gettext_lazy("Read as"), choices=[(one, one) for one in HARD_CASES])
    person = forms.CharField(
        label=gettext_lazy("Or as a contact"), required=False, max_length=254,
        widget=forms.TextInput(
            attrs={"placeholder": "ada@example.com", "autocomplete": "off", "spellcheck": "false", "inputmode": "email"}
        ),
        help_text=gettext_lazy("The mail says what it would say to them. They are sent nothing."),
    )  # fmt: skip
    type = forms.ChoiceField(
        label=gettext_lazy("As a mail of the type"), required=False,
        help_text=gettext_lazy("Several types send this template, each with values of its own."),
    )  # fmt: skip
    stream = forms.ChoiceField(label=gettext_lazy("By the accounts of the stream"))
    addresses = forms.CharField(
        label=gettext_lazy("To"), required=False, max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "you@example.com, …"}),
        help_text=gettext_lazy("Addresses separated by commas or lines; at most 20 with those of the lists."),
    )  # fmt: skip
    lists = forms.ModelMultipleChoiceField(
        label=gettext_lazy("And to seed lists"), queryset=SeedList.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, template_key: str, subjects: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = [(one.key, one.title()) for one in types_using(template_key)]
        streams = [(stream.value, Stream(stream).label) for stream in streams_of(template_key)]
        for name, choices in (("subject", subjects), ("type", types), ("stream", streams)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if len(types) < 2:
            del self.fields["type"]
        lists = self.fields["lists"]
        assert isinstance(lists, forms.ModelMultipleChoiceField)
        lists.queryset = SeedList.objects.all()
        if not lists.queryset.exists():
            del self.fields["lists"]

    def clean(self) -> dict[str, Any]:
        """All addresses together, and whose values the mail is read with."""
        given: dict[str, Any] = super().clean() or {}
        seeds = [address for one in given.get("lists") or () for address in one.addresses]
        read = read_addresses(given.get("addresses", ""), seeds)
        for fault in read.faults:
            self.add_error("addresses", fault)
        if not read.addresses and not read.faults:
            self.add_error("addresses", _("Say whom to send it to, or tick a seed list."))
        persona = find_persona(given.get("person", ""), given.get("case", ""), type_key=given.get("type", ""))
        if persona is None:
            self.add_error("person", _("No contact has this address."))
        return {**given, "readers": read.addresses, "persona": persona or Persona()}


class SeedListForm(forms.Form):
    """A seed list."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    addresses = forms.CharField(
        label=gettext_lazy("Addresses"), max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("Separated by commas or lines; at most 20."),
    )  # fmt: skip

    def __init__(self, *args: Any, seed_list: SeedList | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seed_list = seed_list

    def clean_name(self) -> str:
        """A name of its own."""
        name = str(self.cleaned_data["name"]).strip()
        known = SeedList.objects.filter(name=name).first()
        if known is not None and known != self._seed_list:
            raise forms.ValidationError(_("There is a seed list with this name already."))
        return name

    def clean_addresses(self) -> list[str]:
        """Each address once, as preferences writes it."""
        read = read_addresses(self.cleaned_data["addresses"])
        if read.faults:
            raise forms.ValidationError(list(read.faults))
        return list(read.addresses)
