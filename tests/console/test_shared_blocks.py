"""Are saved blocks changed in one place, and do the mails that use them follow when they are told to?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications.compose.blocks.models import SavedBlock
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import open_draft, start_template
from notifications.compose.models import Publication

HEADING: dict[str, Any] = {"kind": "heading", "id": "a", "text": "Hello"}
USE: list[dict[str, Any]] = [{"kind": "saved", "id": "s", "key": "greeting"}]


@pytest.fixture
def greeting(db: None) -> SavedBlock:
    return SavedBlock.objects.create(key="greeting", name="Greeting", blocks=[HEADING], author="ada")


@pytest.fixture
def news(greeting: SavedBlock) -> TemplateDraft:
    """A mail that uses it, published for everybody and in German."""
    content = DraftContent(subject="News", blocks=USE)
    draft = start_template("news", name="News", content=content, author="ada")
    german = open_draft(draft.template, "de", content=content, author="ada")
    for one in (draft, german):
        publish_draft(one.pk, expected=1, author="ada")
    return draft


def sent(locale: str = "") -> str:
    return Publication.objects.select_related("version").get(locale=locale).version.mjml_source


def change(client: Client, text: str, **fields: object) -> str:
    held = SavedBlock.objects.get()
    posted = {"opened": held.updated_at.isoformat(), "block_name": held.name, "a.text": text, "a.level": "1",
              "a.align": "left", "a.color": "", **fields}  # fmt: skip
    return client.post("/blocks/greeting/", posted, follow=True).content.decode()


def test_the_list_says_where_each_is_used(boss: Client, news: TemplateDraft) -> None:
    page = boss.get("/blocks/").content.decode()
    assert "Greeting" in page
    assert 'href="/templates/news/"' in page
    assert "News (de)" in page
    assert f'href="/drafts/{news.pk}/"' in page
    assert "behind" not in page


def test_mails_follow_when_they_are_published_again(boss: Client, news: TemplateDraft) -> None:
    page = change(boss, "Good day")
    assert "Publish 2 mails again" in page
    assert "Hello" in sent()
    told = boss.post("/blocks/greeting/publish/", follow=True).content.decode()
    assert "2 mails were published again: news@3, news@4." in told
    assert "Good day" in sent()
    assert "Good day" in sent("de")
    assert "Publish 2 mails again" not in told


def test_what_a_preflight_stops_stays_as_it_is(boss: Client, news: TemplateDraft) -> None:
    change(boss, "{{ nonsense.name }}")
    told = boss.post("/blocks/greeting/publish/", follow=True).content.decode()
    assert "does not exist" in told
    assert "Hello" in sent()


def test_what_cannot_be_saved_is_said_with_what_was_typed(boss: Client, greeting: SavedBlock) -> None:
    page = change(boss, "Kept words", **{"a.color": "no colour"})
    assert "color" in page
    assert 'value="Kept words"' in page
    greeting.refresh_from_db()
    assert greeting.blocks[0]["text"] == "Hello"


def test_a_second_editor_is_told(boss: Client, greeting: SavedBlock) -> None:
    page = change(boss, "Mine", opened="2020-01-01T00:00:00+00:00")
    assert "Somebody else saved this block meanwhile" in page
    assert 'value="Mine"' in page


def test_a_block_in_use_is_not_removed(boss: Client, news: TemplateDraft) -> None:
    assert "Remove this block" not in boss.get("/blocks/greeting/").content.decode()
    assert "so it was not removed" in boss.post("/blocks/greeting/remove/", follow=True).content.decode()
    assert SavedBlock.objects.exists()


def test_one_that_nothing_uses_is_removed(boss: Client, greeting: SavedBlock) -> None:
    assert "Remove this block" in boss.get("/blocks/greeting/").content.decode()
    boss.post("/blocks/greeting/remove/")
    assert not SavedBlock.objects.exists()


def test_support_looks(somebody: Callable[..., Client], greeting: SavedBlock) -> None:
    support = somebody("support")
    assert support.get("/blocks/greeting/").status_code == 200
    assert support.post("/blocks/greeting/", {"block_name": "x"}).status_code == 403
    assert support.post("/blocks/greeting/publish/").status_code == 403
