"""What does the shop ask for?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from demo.accounts import is_known

_LONGEST_LOCAL_PART = 64  # RFC 5321 4.5.3.1.1


class MailboxField(forms.EmailField):
    """An address that mail can be sent to; Django's own check lets the part before the @ grow."""

    def __init__(self, **options: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
        super().__init__(label="E-mail", max_length=254, widget=widget, **options)

    def clean(self, value: Any) -> str:
        email: str = super().clean(value)
        if len(email.rpartition("@")[0]) > _LONGEST_LOCAL_PART:
            raise ValidationError("The part before the @ is too long for a mail address.")
        return email


class NameField(forms.CharField):
    """A person's name, on one line."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "name"})
        super().__init__(label="Name", max_length=150, widget=widget, **options)


class PasswordField(forms.CharField):
    """A new password."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(label="Password", strip=False, widget=widget, help_text="At least 8 characters.", **options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        validate_password(value)


class CheckoutForm(forms.Form):
    name = NameField()
    email = MailboxField()


class SignUpForm(forms.Form):
    name = NameField()
    email = MailboxField()
    password = PasswordField()

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if is_known(email):
            raise ValidationError("This address has an account already. Sign in, or ask for a new password.")
        return email


class ForgotForm(forms.Form):
    email = MailboxField()


class ResetForm(forms.Form):
    password = PasswordField()


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(min_value=0, max_value=99)
