"""What do the lists and forms of the admin show, change and keep to themselves?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from notifications.models import Provider
from preferences.models import Contact, Suppression
from preferences.suppression import suppress
from tests.types import publish_template, reset_type
from tracking.events import record_event
from tracking.models import Event


@pytest.fixture
def mailgun(db: None) -> Provider:
    return Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun")


def provider_form(**fields: str) -> dict[str, str]:
    """What the provider page posts, without any pool."""
    return {
        "name": "Mailgun", "options": "{}", "is_enabled": "on", "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0", **fields,
    }  # fmt: skip


def test_credentials_go_in_and_never_come_out(boss: Client, mailgun: Provider) -> None:
    path = f"/notifications/provider/{mailgun.pk}/change/"
    response = boss.post(path, provider_form(credential_api_key="key-CANARY"))
    assert response.status_code == 302
    mailgun.refresh_from_db()
    assert mailgun.read_credentials() == {"api_key": "key-CANARY"}
    page = boss.get(path).content.decode()
    assert "key-CANARY" not in page
    assert f"/webhooks/mailgun/{mailgun.webhook_key}/" in page


def test_an_empty_credential_keeps_what_is_stored(boss: Client, mailgun: Provider) -> None:
    mailgun.set_credentials({"api_key": "old"})
    mailgun.save()
    boss.post(f"/notifications/provider/{mailgun.pk}/change/", provider_form(credential_webhook_signing_key="new"))
    mailgun.refresh_from_db()
    assert mailgun.read_credentials() == {"api_key": "old", "webhook_signing_key": "new"}


def test_a_secret_among_the_options_is_refused(boss: Client, mailgun: Provider) -> None:
    response = boss.post(f"/notifications/provider/{mailgun.pk}/change/", provider_form(options='{"api_key": "x"}'))
    assert "is a secret" in response.content.decode()


def test_a_new_provider_leads_to_its_credentials(boss: Client) -> None:
    response = boss.post("/notifications/provider/add/", provider_form(key="pm", kind="postmark", name="Postmark"))
    made = Provider.objects.get()
    assert response["Location"] == f"/notifications/provider/{made.pk}/change/"
    assert "credential_server_token" in boss.get(response["Location"]).content.decode()


def test_a_suppression_by_hand_goes_through_the_one_writer(boss: Client) -> None:
    boss.post(
        "/preferences/suppression/add/", {"address": "Cleo@Example.com", "scope": "all", "detail": "asked by phone"}
    )
    made = Suppression.objects.get()
    assert (made.reason, made.contact and made.contact.address) == ("manual", "cleo@example.com")


@pytest.mark.parametrize("fields", [{"address": "no address"}, {"detail": "ask ben@example.com"}])
def test_a_faulty_suppression_is_refused(boss: Client, fields: dict[str, str]) -> None:
    boss.post("/preferences/suppression/add/", {"address": "cleo@example.com", "scope": "all", "detail": "", **fields})
    assert not Suppression.objects.exists()


def test_lifting_asks_first(boss: Client, ada: Contact) -> None:
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    chosen: dict[str, Any] = {"action": "lift", "_selected_action": [Suppression.objects.get().pk]}
    asked = boss.post("/preferences/suppression/", chosen).content.decode()
    assert "ada@example.com" in asked
    assert Suppression.objects.get().lifted_at is None
    boss.post("/preferences/suppression/", {**chosen, "confirmed": "1", "note": "asked again", "is_sure": "on"})
    assert Suppression.objects.get().lifted_at is not None


@pytest.mark.parametrize("query", ["ada@example.com", "ada", "Ada"])
def test_a_contact_is_found(boss: Client, ada: Contact, ben: Contact, query: str) -> None:
    page = boss.get(f"/preferences/contact/?q={query}").content.decode()
    assert "ada@example.com" in page
    assert "ben@example.com" not in page


def test_a_contacts_page_leads_to_their_mails(boss: Client, ada: Contact) -> None:
    assert (
        f"/messages/?contact={ada.pk}"
        in boss.get(f"/preferences/contact/{ada.pk}/change/", follow=True).content.decode()
    )


def test_a_refused_event_lists_its_faults(boss: Client, settings: Any) -> None:
    settings.POSTRIDER_STRICT = False
    event = record_event("no.such.event", contact="ada@example.com", payload={"a": "<script>alert(1)</script>"})
    page = boss.get(f"/tracking/event/{event.pk}/change/").content.decode()
    assert "no event of this name is declared" in page
    assert "<script>alert" not in page
    assert "no event of this name" in boss.get("/tracking/event/?state__exact=refused").content.decode()


def test_secrets_of_an_event_are_masked(boss: Client, ada: Contact, new_types: None) -> None:
    reset_type()
    event = record_event("reset.asked", contact=ada, payload={"reset_url": "https://shop.example/CANARY"})
    assert event.state == Event.State.ACCEPTED
    assert "CANARY" not in boss.get(f"/tracking/event/{event.pk}/change/").content.decode()


def test_a_version_shows_its_source_and_a_sample(boss: Client) -> None:
    version = publish_template("parcel")
    page = boss.get(f"/notifications/templateversion/{version.pk}/change/").content.decode()
    assert "mj-section" in page
    assert 'sandbox=""' in page
    assert boss.get(f"/notifications/template/{version.template_id}/change/").status_code == 200
