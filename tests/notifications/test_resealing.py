from __future__ import annotations

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField

from config import vault
from notifications import resealing
from notifications.compose.pictures.models import Picture
from notifications.delivery.models import Provider
from notifications.resealing import SEALED, reseal_everything
from preferences.models import Contact
from tests.types import reset_type
from tracking.events import record_event

#: Binary columns that hold digests, which have no key to rotate.
DIGESTS = {"address_digest", "body_digest", "digest"}
#: Binary columns that everybody may see: pictures of mails, served without login.
OPEN = {(Picture, "content")}


@pytest.fixture
def turned(settings: Any) -> Any:
    """Puts a new key first, and says which."""

    def turn() -> str:
        newest = Fernet.generate_key().decode()
        settings.POSTRIDER_VAULT_KEYS = [newest, *settings.POSTRIDER_VAULT_KEYS]
        return newest

    return turn


def reseal() -> tuple[int, int, int]:
    found = list(reseal_everything())
    return sum(one.changed for one in found), sum(one.current for one in found), sum(one.unreadable for one in found)


def test_every_binary_column_is_resealed_or_a_digest() -> None:
    ours = {"preferences", "tracking", "notifications", "campaigns", "demo"}
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if model._meta.app_label in ours and isinstance(field, BinaryField) and field.name not in DIGESTS
    }
    assert found - OPEN == set(SEALED)


@pytest.mark.req("V1")
def test_old_keys_can_be_dropped_after_it(db: None, settings: Any, turned: Any) -> None:
    provider = Provider(key="p", kind="mailgun", name="P")
    provider.set_credentials({"api_key": "secret"})
    provider.save()
    newest = turned()
    assert reseal() == (1, 0, 0)
    settings.POSTRIDER_VAULT_KEYS = [newest]
    provider.refresh_from_db()
    assert provider.read_credentials() == {"api_key": "secret"}


@pytest.mark.usefixtures("new_types")
def test_secrets_of_events_and_waiting_mail_are_among_them(ada: Contact, turned: Any, settings: Any) -> None:
    reset_type()
    event = record_event("reset.asked", contact=ada, payload={"reset_url": "https://shop.example/r"})
    newest = turned()
    assert reseal()[0] == 1
    event.refresh_from_db()
    Fernet(newest).decrypt(bytes(event.secrets or b""))


def test_a_second_run_changes_nothing(db: None, turned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "STEP_ROWS", 2)
    for number in range(5):
        Provider.objects.create(key=f"p{number}", kind="smtp", name="P", credentials=vault.seal("{}"))
    turned()
    assert reseal() == (5, 0, 0)
    assert reseal() == (0, 5, 0)


def test_what_no_key_opens_is_counted_and_kept(db: None, settings: Any) -> None:
    provider = Provider.objects.create(key="p", kind="smtp", name="P", credentials=vault.seal("{}"))
    before = bytes(provider.credentials or b"")
    settings.POSTRIDER_VAULT_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="1 secrets were sealed with a key that is not in"):
        call_command("reseal", stdout=io.StringIO())
    provider.refresh_from_db()
    assert bytes(provider.credentials or b"") == before


def test_the_command_says_how_many(db: None, turned: Any) -> None:
    Provider.objects.create(key="p", kind="smtp", name="P", credentials=vault.seal("{}"))
    turned()
    said = io.StringIO()
    call_command("reseal", stdout=said)
    assert "notifications_provider.credentials: 1 sealed anew" in said.getvalue()
    assert "1 secrets were sealed anew" in said.getvalue()
