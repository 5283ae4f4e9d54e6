"""What does staff write into the console about accounts? Secrets go in and never come out again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminSelectWidget

from config.queues import STREAMS, Stream
from notifications.account_fields import LIMITS, OPTION, SECRET, limit_help, option_field, secret_field
from notifications.catalog.channels import channel_of
from notifications.delivery.credentials import Origin, credential_names, environment_name, find_origins, store
from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.providers import kind_of, provider_kinds
from notifications.delivery.providers.base import ProviderKind
from preferences.addresses import BadAddress, normalise_address
from preferences.phones import BadPhone, normalise_phone


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable when it runs
    """An account. Its kind is chosen once; then fields for the kind's options and secrets appear.

    Fields of secrets are always empty: an empty one keeps what is stored.
    """

    class Meta:
        model = Provider
        fields = ("name", "key", "kind", "options", "is_enabled", "is_simulated", *LIMITS)
        labels = {"is_enabled": "Switched on", "is_simulated": "Simulated"}
        help_texts = {
            "name": "For people.",
            "key": "For logs and environment variables; it stays. Lower case, such as mailgun-main.",
            "is_simulated": "Speaks to the provider simulator in place of the provider.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind: ProviderKind | None = provider_kinds().get(self.instance.kind)
        self.origins: dict[str, Origin] = find_origins(self.instance) if self.instance.pk else {}
        if "kind" in self.fields:
            self.fields["kind"] = _kind_field()
        if "options" in self.fields:
            self._add_options()
        for name, origin in self.origins.items():
            variable = environment_name(self.instance.key, name)
            self.fields[SECRET + name] = secret_field(name, origin=origin, variable=variable)
        for name in LIMITS:
            if name in self.fields:
                limit_help(self.fields[name], name, kind=self.kind)

    def _add_options(self) -> None:
        """A field for each documented option; what else is set stays in the JSON field."""
        known = self.kind.account.options if self.instance.pk and self.kind else ()
        held = dict(self.instance.options or {})
        for option in known:
            required = bool(self.kind and option.name in self.kind.required_options)
            self.fields[OPTION + option.name] = option_field(option, is_required=required)
            self.initial[OPTION + option.name] = held.pop(option.name, "")
        self.initial["options"] = held
        field = self.fields["options"]
        field.label, field.required = "Other options", False
        field.help_text = "A JSON object of settings that have no field of their own. Leave it as {} if in doubt."
        field.widget.attrs["rows"] = 2

    def clean_key(self) -> str:
        """A key whose variables in the environment are no other account's."""
        key = str(self.cleaned_data["key"])
        same = [other for other in Provider.objects.exclude(pk=self.instance.pk).values_list("key", flat=True)
                if environment_name(other, "") == environment_name(key, "")]  # fmt: skip
        if same and key not in same:
            raise forms.ValidationError(f"Too close to {same[0]!r}: both would read the same environment variables.")
        return key

    def clean_is_simulated(self) -> bool:
        """In production a simulated account would swallow mail."""
        is_simulated = bool(self.cleaned_data["is_simulated"])
        if is_simulated and settings.IS_PRODUCTION:
            raise forms.ValidationError("A simulated account swallows mail; there is none in production.")
        return is_simulated

    def clean_options(self) -> dict[str, Any]:
        """A JSON object with none of the kind's secrets (they would be stored in clear) and no API address."""
        options = self.cleaned_data["options"]
        if options in (None, ""):
            return {}
        if not isinstance(options, dict):
            raise forms.ValidationError('Write a JSON object, such as {"name": "value"}.')
        kind = self.instance.kind or str(self.data.get("kind", ""))
        if secret := sorted(set(options) & set(credential_names(kind))):
            raise forms.ValidationError(f"{', '.join(secret)} is a secret: it goes into its own field, not in here.")
        if doubled := sorted(name for name in options if OPTION + name in self.fields):
            raise forms.ValidationError(f"{', '.join(doubled)} has a field of its own: fill that in.")
        if "api_url" in options and options["api_url"] != (self.instance.options or {}).get("api_url"):
            raise forms.ValidationError("The API's address cannot be changed here: the key would be sent to it.")
        return options

    def clean(self) -> dict[str, Any]:
        """Put the options together again, and see that none is missing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        known = {name.removeprefix(OPTION): value for name, value in cleaned.items() if name.startswith(OPTION)}
        cleaned["options"] = {
            **(cleaned.get("options") or {}),
            **{k: v for k, v in known.items() if v not in ("", None)},
        }
        self._require_options(cleaned)
        self._require_password_for_new_host(cleaned)
        self._require_credentials(cleaned)
        return cleaned

    def _require_options(self, cleaned: dict[str, Any]) -> None:
        if self.kind is None or not self.instance.pk or cleaned.get("is_simulated"):
            return
        for name in self.kind.required_options:
            if not cleaned["options"].get(name):
                field = OPTION + name if OPTION + name in self.fields else "options"
                self.add_error(field, f"{self.kind.label} cannot send without it ({name}).")

    def _require_credentials(self, cleaned: dict[str, Any]) -> None:
        """An account that is switched on can send."""
        needed = self.kind.credentials if self.kind and self.instance.pk and cleaned.get("is_enabled") else ()
        absent = {Origin.MISSING, Origin.UNREADABLE}
        for name in needed:
            if self.origins.get(name) in absent and not cleaned.get(SECRET + name):
                self.add_error(SECRET + name, "Fill it in, or leave the account switched off.")

    def _require_password_for_new_host(self, cleaned: dict[str, Any]) -> None:
        """A stored password is not sent to another server because somebody changed the name here."""
        before, after = (self.instance.options or {}).get("host"), cleaned["options"].get("host")
        for name, origin in self.origins.items():
            if before and before != after and origin == Origin.STORED and not cleaned.get(SECRET + name):
                self.add_error(SECRET + name, f"Stored for {before}. Type it in again to use it with another server.")

    def write_credentials(self, provider: Provider) -> list[str]:
        """Seal what was typed in; empty fields keep what is stored. Returns the names that changed."""
        typed = {
            name: self.cleaned_data[SECRET + name]
            for name, origin in self.origins.items()
            if origin != Origin.ENVIRONMENT and self.cleaned_data.get(SECRET + name)
        }
        if typed:
            store(provider, typed)
        return sorted(typed)


def _kind_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[(slug, kind.label) for slug, kind in sorted(provider_kinds().items())],
        widget=UnfoldAdminSelectWidget(),
        help_text="Chosen once. Its options and credentials are asked for on the next page.",
    )


class SendTestForm(forms.Form):
    """To whom one test mail goes, and as mail of which stream, which says who it is from."""

    address = forms.CharField(
        label="To", max_length=254,
        widget=forms.EmailInput(attrs={"placeholder": "you@example.com", "autocomplete": "email"}),
        error_messages={"required": "Say whom to send it to."},
    )  # fmt: skip
    stream = forms.ChoiceField(label="As mail of the stream")

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_mail = channel_of(kind_of(provider).channel).is_mail
        if not self._is_mail:
            attrs = {"placeholder": "+49 151 23456789", "autocomplete": "tel", "type": "tel"}
            self.fields["address"].widget = forms.TextInput(attrs=attrs)
        served = set(PoolMember.objects.filter(provider=provider).values_list("stream", flat=True))
        streams = [stream for stream in STREAMS if stream in served] or list(STREAMS)
        field = self.fields["stream"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(stream, Stream(stream).label) for stream in streams]

    def clean_address(self) -> str:
        """A mailbox or a number, as preferences writes it."""
        try:
            if not self._is_mail:
                return normalise_phone(self.cleaned_data["address"])
            return normalise_address(self.cleaned_data["address"])
        except BadAddress as error:
            raise forms.ValidationError(f"That is no address: {error}.") from None
        except BadPhone as error:
            raise forms.ValidationError(f"That is no phone number: {error}.") from None
