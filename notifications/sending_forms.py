"""What does staff write about senders, their domains and warm-up plans?"""

from __future__ import annotations

from email.headerregistry import Address
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from notifications.delivery.domains.checking import BadSelector, read_selectors
from notifications.delivery.domains.names import BadDomain, normalise_domain
from notifications.delivery.models import Provider, WarmupPlan
from notifications.delivery.models.warmup import DEFAULT_STEPS
from notifications.delivery.warmup_plans import BadSteps, read_steps


class DomainForm(forms.Form):
    """A domain to watch."""

    domain = forms.CharField(
        label=_("Domain"), max_length=254, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "news.example.com"})
    )

    def clean_domain(self) -> str:
        """In its one spelling."""
        return _domain(self.cleaned_data["domain"])


class SelectorsForm(forms.Form):
    """The DKIM selectors of a domain."""

    selectors = forms.CharField(
        label=_("DKIM selectors"), required=False, max_length=2000, widget=UnfoldAdminTextInputWidget(),
        help_text=_(
            "What stands before ._domainkey in the records of your provider, separated by commas. Selectors that a"
            " provider gives to everybody, such as SendGrid's s1 and s2, are looked for by themselves."
        ),
    )  # fmt: skip

    def clean_selectors(self) -> list[str]:
        """Each selector once."""
        try:
            return read_selectors(self.cleaned_data["selectors"].replace(",", " ").split())
        except BadSelector as fault:
            raise forms.ValidationError(str(fault)) from None


class SenderForm(forms.Form):
    """Who a stream's mail is from."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget())
    address = forms.EmailField(label=_("Address"), max_length=254, widget=UnfoldAdminEmailInputWidget())
    reply_to = forms.EmailField(
        label=_("Answers go to"), max_length=254, required=False, widget=UnfoldAdminEmailInputWidget(),
        help_text=_("Empty: to the address above."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Together they make a From header, and the address's domain is one that DNS can know."""
        written: dict[str, Any] = super().clean() or {}
        if not self.errors:
            _domain(written["address"].rpartition("@")[2])
            try:
                Address(display_name=written["name"], addr_spec=written["address"])
            except (ValueError, IndexError):
                raise forms.ValidationError(_("This name and address make no From header.")) from None
        return written


class StepsForm(forms.Form):
    """The ceilings of a plan."""

    steps = forms.CharField(
        label=_("Mails a day, from the first day on"), max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), initial=", ".join(map(str, DEFAULT_STEPS)),
        help_text=_("Separated by commas. The plan moves on after a day with mail, few bounces and few spam reports."),
    )  # fmt: skip

    def clean_steps(self) -> list[int]:
        """As numbers."""
        try:
            return read_steps(self.cleaned_data["steps"])
        except BadSteps as fault:
            raise forms.ValidationError(str(fault)) from None


class NewPlanForm(StepsForm):
    """A plan to start."""

    provider = forms.ModelChoiceField(
        queryset=Provider.objects.none(), label=_("Account"), widget=UnfoldAdminSelectWidget(), empty_label=None
    )
    from_domain = forms.CharField(
        label=_("From domain"), max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "from-domains", "autocomplete": "off"}),
        help_text=_("The domain in the From address of the mail that this account sends."),
    )  # fmt: skip
    field_order = ("provider", "from_domain", "steps")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["provider"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Provider.objects.filter(is_enabled=True)

    def clean_from_domain(self) -> str:
        """In its one spelling."""
        return _domain(self.cleaned_data["from_domain"])

    def clean(self) -> dict[str, Any]:
        """An account has one plan a domain."""
        written: dict[str, Any] = super().clean() or {}
        account, domain = written.get("provider"), written.get("from_domain")
        if account and domain and WarmupPlan.objects.filter(provider=account, from_domain=domain).exists():
            self.add_error("from_domain", _("This account has a plan for this domain already."))
        return written


class PlanForm(StepsForm):
    """A running plan."""

    step = forms.IntegerField(
        label=_("Today is day number"), min_value=1, widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("Of the numbers above; the ceiling follows at once."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Today is one of the plan's days."""
        written: dict[str, Any] = super().clean() or {}
        if "steps" in written and written.get("step", 1) > len(written["steps"]):
            self.add_error("step", _("The plan has fewer days."))
        return written


def _domain(text: str) -> str:
    try:
        return normalise_domain(text)
    except BadDomain as fault:
        raise forms.ValidationError(str(fault).capitalize() + ".") from None
