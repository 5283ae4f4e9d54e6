"""Can staff translate a mail side by side, and is nobody's work lost?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import content_at, copy_to_edit, save, start_template

HTMX = {"HX-Request": "true"}
BLOCKS: list[dict[str, Any]] = [
    {"kind": "heading", "id": "h", "text": "Hello"}, {"kind": "text", "id": "t", "html": "<p>All is new.</p>"},
]  # fmt: skip


@pytest.fixture
def original(db: None) -> TemplateDraft:
    return start_template("news", name="News", content=DraftContent(subject="News", blocks=BLOCKS), author="ada")


@pytest.fixture
def german(boss: Client, original: TemplateDraft) -> TemplateDraft:
    boss.post("/templates/news/translate/", {"locale": "DE"})
    return TemplateDraft.objects.get(locale="de")


def write(client: Client, draft: TemplateDraft, pair: str, action: str = "save", **fields: object) -> str:
    posted = {"pair": pair, "revision": draft.revision, **fields}
    told = client.post(f"/templates/news/translate/de/{action}/", posted, headers=HTMX).content.decode()
    draft.refresh_from_db()
    return told


@pytest.mark.req("T4")
def test_a_block_is_translated_in_place(boss: Client, german: TemplateDraft) -> None:
    page = boss.get("/templates/news/translate/de/").content.decode()
    assert "3 blocks left to translate" in page
    told = write(boss, german, "h", text="Hallo")
    assert "2 blocks left to translate" in told
    assert 'id="pair-h"' in told
    assert 'id="pair-t"' not in told
    assert (content_at(german).blocks or [])[0]["text"] == "Hallo"


def test_a_change_of_the_original_is_marked(boss: Client, german: TemplateDraft, original: TemplateDraft) -> None:
    write(boss, german, "h", text="Hallo")
    changed = DraftContent(subject="News", blocks=[{**BLOCKS[0], "text": "Hello again"}, BLOCKS[1]])
    save(original.pk, changed, expected=1, author="ada")
    page = boss.get("/templates/news/translate/de/").content.decode()
    assert '<span class="pr-badge pr-warn">changed</span>' in page
    assert "What it was when it was translated" in page


def test_what_is_missing_is_taken_over(boss: Client, german: TemplateDraft, original: TemplateDraft) -> None:
    further = [*BLOCKS, {"kind": "divider", "id": "d"}]
    save(original.pk, DraftContent(subject="News", blocks=further), expected=1, author="ada")
    assert "does not have this block" in boss.get("/templates/news/translate/de/").content.decode()
    write(boss, german, "d", "take")
    assert [one["id"] for one in content_at(german).blocks or []] == ["h", "t", "d"]


def test_who_comes_late_loses_no_words(boss: Client, german: TemplateDraft) -> None:
    response = boss.post(
        "/templates/news/translate/de/save/", {"pair": "h", "revision": german.revision + 7, "text": "Hallo"},
        headers=HTMX,
    )  # fmt: skip
    assert "Somebody else changed this draft" in response.content.decode()
    assert response["HX-Retarget"] == "#said-h"
    german.refresh_from_db()
    assert (content_at(german).blocks or [])[0]["text"] == "Hello"


def test_the_state_of_every_language_is_told(boss: Client, german: TemplateDraft, original: TemplateDraft) -> None:
    publish_draft(original.pk, expected=1, author="ada")
    page = boss.get("/templates/news/translate/de/").content.decode()
    assert "news@1" in page
    assert "not sent" in page
    write(boss, german, "h", text="Hallo")
    publish_draft(german.pk, expected=german.revision, author="ada")
    assert "news@2" in boss.get("/templates/news/translate/de/").content.decode()


def test_copying_a_version_again_keeps_what_was_translated_when(boss: Client, german: TemplateDraft) -> None:
    write(boss, german, "h", text="Hallo")
    version = publish_draft(german.pk, expected=german.revision, author="ada")
    german.refresh_from_db()
    assert content_at(copy_to_edit(version, author="ada")).translated == {"h": {"text": "Hello"}}


@pytest.mark.parametrize("locale", ["", "nonsense!", "x"])
def test_what_is_no_language_is_refused(boss: Client, original: TemplateDraft, locale: str) -> None:
    page = boss.post("/templates/news/translate/", {"locale": locale}, follow=True).content.decode()
    assert "is no language" in page
    assert TemplateDraft.objects.count() == 1


def test_support_reads_and_does_not_write(somebody: Callable[..., Client], german: TemplateDraft) -> None:
    support = somebody("support")
    assert support.get("/templates/news/translate/de/").status_code == 200
    assert support.post("/templates/news/translate/de/save/", {"pair": "h"}).status_code == 403
