"""How does somebody get an account, and back into it?"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction

from demo.signals import tell_reset, tell_sign_up

RESET_LIFE = timedelta(hours=1)
_SALT = "demo.reset"


@transaction.atomic
def sign_up(*, email: str, password: str, name: str) -> User:
    """A new account, and the event that says so, committed together."""
    first, _, last = name.partition(" ")
    user: User = get_user_model().objects.create_user(
        username=email.lower(), email=email, password=password, first_name=first, last_name=last
    )
    tell_sign_up(user)
    return user


def is_known(email: str) -> bool:
    """Whether the address has an account."""
    return get_user_model().objects.filter(username=email.lower()).exists()


@transaction.atomic
def request_reset(email: str) -> None:
    """Mail a link that sets a new password, if the address has an account. The answer is the same if not."""
    user = get_user_model().objects.filter(username=email.lower(), is_active=True).first()
    if user is not None:
        tell_reset(user, token=make_token(user))


def make_token(user: User) -> str:
    """A token that opens the account once: it names the password that it replaces."""
    return signing.dumps([user.pk, _password_mark(user)], salt=_SALT)


def read_token(token: str) -> User | None:
    """Whose password the token may set; None for a used, old or forged one."""
    try:
        pk, mark = signing.loads(token, salt=_SALT, max_age=RESET_LIFE)
    except signing.BadSignature:
        return None
    user = get_user_model().objects.filter(pk=pk, is_active=True).first()
    return user if user is not None and _password_mark(user) == mark else None


def _password_mark(user: User) -> str:
    return user.get_session_auth_hash()[:24]
