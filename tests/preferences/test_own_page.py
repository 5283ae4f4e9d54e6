"""Do people who are logged in to the application reach their own preference page, and no other?"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from preferences.contacts import NoSuchContact
from preferences.links import preferences_url, preferences_url_for
from preferences.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo() -> User:
    return User.objects.create_user("cleo", "cleo@example.com")


def test_it_leads_to_the_persons_page(cleo: User) -> None:
    client = Client()
    client.force_login(cleo)
    response = client.get("/preferences/mine")
    assert response["Location"] == preferences_url(Contact.objects.get(user=cleo).pk)
    assert response["Location"] == preferences_url_for(cleo)


def test_a_stranger_logs_in_first() -> None:
    response = Client().get("/preferences/mine")
    assert response["Location"].startswith("/login/")


def test_the_address_of_another_user_opens_nothing(cleo: User) -> None:
    preferences_url_for(cleo)
    impostor = User.objects.create_user("mallory", "cleo@example.com")
    with pytest.raises(NoSuchContact):
        preferences_url_for(impostor)


@pytest.mark.parametrize("email", ["", "no address"])
def test_a_user_without_an_address_is_told(email: str) -> None:
    client = Client()
    client.force_login(User.objects.create_user("dora", email))
    response = client.get("/preferences/mine")
    assert response.status_code == 404
    assert "Add one to your account" in response.content.decode()
