"""Does one-click unsubscribe work as mail clients do it: from outside, by curl, and with Redis gone?"""

from __future__ import annotations

import shutil
import socket
import subprocess
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from pytest_django.live_server_helper import LiveServer

from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact, Topic
from tests.people import make_contact

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl"),
]


@pytest.fixture
def offers() -> Topic:
    return Topic.objects.create(key="offers", name="Weekly offers")


@pytest.fixture
def dora() -> Contact:
    return make_contact("dora@example.com")


@pytest.fixture
def url(live_server: LiveServer, dora: Contact, offers: Topic) -> str:
    link = Leave(contact_id=dora.pk, topic_id=offers.pk, message_id=UUID(int=0))
    return live_server.url + urlsplit(unsubscribe_url(link)).path


@pytest.fixture
def no_redis(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{free.getsockname()[1]}/0"


def curl(*arguments: str) -> tuple[str, str]:
    """(head, body) of the last answer; curl follows no redirect and keeps no cookie."""
    done = subprocess.run(
        ["curl", "--silent", "--include", "--noproxy", "*", *arguments], capture_output=True, check=True
    )
    head, _blank, body = done.stdout.decode().partition("\r\n\r\n")
    return head, body


@pytest.mark.parametrize("form", ["--data", "--form"])
def test_a_post_acts_at_once(url: str, form: str) -> None:
    head, body = curl(form, "List-Unsubscribe=One-Click", url)
    assert head.startswith("HTTP/1.1 200")
    assert "set-cookie" not in head.lower()
    assert "location:" not in head.lower()
    assert body == "You are unsubscribed.\n"
    assert Choice.objects.get().frequency == "never"


@pytest.mark.parametrize("look", [[], ["--head"]])
def test_looking_never_acts(url: str, look: list[str]) -> None:
    head, _body = curl(*look, url)
    assert head.startswith("HTTP/1.1 200")
    assert not Choice.objects.exists()


def test_unknown_links_get_one_answer(live_server: LiveServer, url: str) -> None:
    paths = ("x", "A" * 300, url.rpartition("/")[2][:-1] + "_")
    answers = {curl("--data", "List-Unsubscribe=One-Click", f"{live_server.url}/u/{path}")[1] for path in paths}
    [answer] = answers
    assert "This link does not work" in answer
    assert not Choice.objects.exists()


def test_without_redis_people_leave_and_choose(
    no_redis: None, url: str, live_server: LiveServer, dora: Contact
) -> None:
    assert curl("--data", "List-Unsubscribe=One-Click", url)[0].startswith("HTTP/1.1 200")
    page = live_server.url + urlsplit(preferences_url(dora.pk)).path
    assert curl(page)[0].startswith("HTTP/1.1 200")
    assert curl("--data", "step=save&pause=30", page)[0].startswith("HTTP/1.1 302")
    dora.refresh_from_db()
    assert dora.paused_until is not None
