"""Who looks at the console, and at which mails?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from campaigns import overview
from config.ids import new_id
from preferences.models import Contact
from tracking.models import Message

MakeMessage = Callable[..., Message]


@pytest.fixture(autouse=True)
def _counted_anew() -> Iterator[None]:
    overview.forget()
    yield
    overview.forget()


@pytest.fixture
def boss(db: None) -> Client:
    """A browser in which a superuser is logged in."""
    return _browser(User.objects.create_superuser("boss", "boss@example.com", "word"))


@pytest.fixture
def somebody(db: None) -> Callable[..., Client]:
    """A browser of a staff member with these roles."""

    def log_in(*roles: str) -> Client:
        user = User.objects.create_user("-".join(roles) or "nobody", password="word", is_staff=True)
        user.groups.set(Group.objects.filter(name__in=roles))
        return _browser(user)

    return log_in


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def make_message(ada: Contact) -> MakeMessage:
    """A saved mail to Ada, or with `contact` to somebody else."""

    def make(**fields: Any) -> Message:
        identifier = fields.pop("id", None) or new_id()
        given = {
            "contact": ada, "source": f"test:{identifier}", "type_key": "parcel", "stream": "transactional",
            "created_at": timezone.now(), "trail": [["type", "parcel"], ["rules", "allowed"]], **fields,
        }  # fmt: skip
        return Message.objects.create(id=identifier, **given)

    return make
