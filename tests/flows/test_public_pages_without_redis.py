"""Do people's pages work while Redis refuses every connection, or takes them and never answers?"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import django_rq
import pytest
from django.test import Client

from config import queues
from config.ids import new_id
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact, SignUp
from preferences.sign_up_tokens import confirm_url
from tests.sign_ups import make_form, token_of
from tracking.links import message_token
from tracking.models import Message, WebhookReceipt
from tracking.web_links import web_version_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("P1")]


@pytest.fixture(params=["refusing", "hanging"])
def _no_redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[None]:
    """The doorbell's Redis is away; each ring tries anew, as after a long time."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    if request.param == "hanging":
        server.listen(128)
    real = django_rq.get_connection("critical")
    settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"  # type: ignore[attr-defined]
    queues.reset_bell()
    yield
    server.close()
    queues.reset_bell()
    real.close()


@pytest.mark.usefixtures("_no_redis")
def test_every_page_is_quick_and_acts(visitor: Client, ada: Contact) -> None:
    mail = Message.objects.create(contact=ada, source=f"test:{new_id()}", stream="marketing", state="sent")
    form = make_form()
    typed = {"email": "zoe@example.com", "token": token_of(form)}
    own = urlsplit(preferences_url(ada.pk)).path
    leave = urlsplit(unsubscribe_url(Leave(contact_id=ada.pk, topic_id=0, message_id=UUID(int=0)))).path
    asked = [
        ("GET", leave, {}, 200), ("POST", leave, {"List-Unsubscribe": "One-Click"}, 200),
        ("GET", own, {}, 200), ("POST", own, {"step": "save", "pause": "30"}, 302),
        *[("GET", f"{own}/{page}", {}, 200) for page in ("mails", "phone", "data", "erase")],
        ("POST", f"{own}/data", {"address": "ada@example.com"}, 200),
        ("GET", f"/s/{form.key}", {}, 200), ("POST", f"/s/{form.key}", typed, 303),
        ("GET", f"/o/{message_token(mail.pk)}.gif", {}, 200), ("GET", f"/c/{message_token(mail.pk)}/1", {}, 404),
        ("GET", "/w/yours", {}, 200), ("GET", urlsplit(web_version_url(mail.pk)).path, {}, 404),
    ]  # fmt: skip
    for method, path, fields, status in asked:
        assert _ask(visitor, method, path, fields) == status, path
    assert Choice.objects.filter(contact=ada, frequency="never").exists()
    confirm = urlsplit(confirm_url(SignUp.objects.get().pk)).path
    assert _ask(visitor, "GET", confirm, {}) == 200
    assert _ask(visitor, "POST", confirm, {"step": "confirm"}) == 200
    assert SignUp.objects.get().confirmed_at is not None
    assert WebhookReceipt.objects.filter(kind="opened").exists()
    ada.refresh_from_db()
    assert ada.paused_until is not None


def _ask(visitor: Client, method: str, path: str, fields: dict[str, str]) -> int:
    queues.reset_bell()  # no pause after the last failure: each page meets the dead Redis itself
    began = time.monotonic()
    answer = visitor.post(path, fields) if method == "POST" else visitor.get(path)
    assert time.monotonic() - began < 2, path
    return answer.status_code
