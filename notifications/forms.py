"""What does staff write into the console about providers? Secrets go in and never come out again."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from notifications.delivery.models import Provider
from notifications.delivery.providers import provider_kinds

PREFIX = "credential_"


def credential_names(kind: str) -> tuple[str, ...]:
    """The secrets that a kind of provider asks for, those of its webhooks last."""
    known = provider_kinds().get(kind)
    return (
        tuple(dict.fromkeys((*known.credentials, *known.optional_credentials, *known.webhook_credentials)))
        if known
        else ()
    )


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable when it runs
    """An account. Its kind is chosen once; then a field for each of the kind's secrets appears, always empty."""

    class Meta:
        model = Provider
        fields = ("name", "key", "kind", "options", "is_enabled", "is_simulated")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            choices = [(slug, kind.label) for slug, kind in sorted(provider_kinds().items())]
            self.fields["kind"] = forms.ChoiceField(
                choices=choices, widget=UnfoldAdminSelectWidget(),
                help_text="Chosen once. Its credentials are asked for on the next page.",
            )  # fmt: skip
        if "options" in self.fields:
            self.fields["options"].widget.attrs["rows"] = 4
        held = self.instance.read_credentials() if self.instance.pk else {}
        for name in credential_names(self.instance.kind):
            self.fields[PREFIX + name] = _secret_field(name, is_held=bool(held.get(name)))

    def clean_options(self) -> dict[str, Any]:
        """Options are a JSON object, and none of the kind's secrets: those would be stored in clear."""
        options = self.cleaned_data["options"]
        if options in (None, ""):
            return {}
        if not isinstance(options, dict):
            raise forms.ValidationError('Write a JSON object, such as {"sender_domain": "mail.example.com"}.')
        kind = self.instance.kind or str(self.data.get("kind", ""))
        if secret := sorted(set(options) & set(credential_names(kind))):
            raise forms.ValidationError(f"{', '.join(secret)} is a secret: it goes into its own field, not in here.")
        return options

    def write_credentials(self, provider: Provider) -> list[str]:
        """Seal what was typed in; empty fields keep what is stored. Returns the names that changed."""
        typed = {
            name: self.cleaned_data[PREFIX + name]
            for name in credential_names(provider.kind)
            if self.cleaned_data.get(PREFIX + name)
        }
        if typed:
            provider.set_credentials({**provider.read_credentials(), **typed})
        return sorted(typed)


def _secret_field(name: str, *, is_held: bool) -> forms.CharField:
    return forms.CharField(
        required=False, label=name.replace("_", " ").capitalize(), strip=True, max_length=5000,
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password", "placeholder": "stored; empty keeps it" if is_held else "not set"},
            render_value=False,
        ),
        help_text="Sealed at rest, and never shown again." if is_held else "Not set yet.",
    )  # fmt: skip
