"""What does staff write into the console about people?"""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from preferences.addresses import BadAddress, normalise_address
from preferences.models import Suppression

#: What can be said of an e-mail address; numbers are suppressed by what their networks report.
MAIL_SCOPES = [choice for choice in Suppression.Scope.choices if choice[0] != Suppression.Scope.SMS]


class SuppressionForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable when it runs
    """An address to be stopped by hand; everything else about it is known."""

    address = forms.CharField(
        max_length=254, widget=UnfoldAdminTextInputWidget(attrs={"type": "email", "autocomplete": "off"}),
        help_text="Also an address that is no contact yet.",
    )  # fmt: skip
    scope = forms.ChoiceField(choices=MAIL_SCOPES, widget=UnfoldAdminSelectWidget())
    detail = forms.CharField(
        max_length=200, required=False, widget=UnfoldAdminTextInputWidget(), label="Why",
        help_text="For those who ask later. No addresses.",
    )  # fmt: skip

    class Meta:
        model = Suppression
        fields = ("scope", "detail")

    def clean_address(self) -> str:
        """The address as contacts are known by."""
        try:
            return normalise_address(self.cleaned_data["address"])
        except BadAddress as fault:
            raise forms.ValidationError(f"Not an address that mail can go to: {fault}.") from None

    def clean_detail(self) -> str:
        """Suppressions outlive their person, so no address may hide in one."""
        detail: str = self.cleaned_data["detail"]
        if "@" in detail:
            raise forms.ValidationError("Leave addresses out: this note stays when the person is erased.")
        return detail

    def _post_clean(self) -> None:
        """The row itself is written by `preferences.suppression`, so there is no instance to validate here."""

    def save(self, commit: bool = True) -> Any:
        """Nothing: the admin calls the one writer."""
        self.save_m2m = lambda: None  # type: ignore[method-assign] # which the admin calls
        return self.instance
