"""Can templates be looked at, compared, published, rolled back and copied?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import content_at
from notifications.compose.models import PlannedPublication, Template, TemplateVersion
from notifications.compose.publications import _published_versions, current_version
from notifications.compose.source import TemplateSource
from notifications.compose.versions import publish
from notifications.gallery.starters import find_starter
from tests.notifications.compose.making import source, text


@pytest.fixture
def versions(db: None) -> list[TemplateVersion]:
    made = replace(source(text("First")), layout_name="base")
    return [
        publish("sample", one, author="ada")
        for one in (made, replace(made, body=replace(made.body, text=text("Second"))))
    ]


def starter_source(key: str) -> TemplateSource:
    starter = find_starter(key)
    assert starter is not None
    return starter.read()


def current() -> TemplateVersion:
    _published_versions.cache_clear()
    return current_version("sample")


def test_the_list_shows_what_is_sent_and_written(boss: Client, versions: list[TemplateVersion]) -> None:
    told = boss.get("/templates/").content.decode()
    assert "sample@2" in told
    assert "a file" in told


def test_a_template_is_started_and_opened(boss: Client) -> None:
    response = boss.post("/templates/new/", {"name": "News", "key": "news", "layout": "base"})
    draft = TemplateDraft.objects.get()
    assert response["Location"] == f"/drafts/{draft.pk}/"
    assert Template.objects.get().source == "console"


def test_a_template_starts_from_the_gallery(boss: Client) -> None:
    page = boss.get("/gallery/win-back/").content.decode()
    assert "/templates/new/?starter=win-back" in page
    assert 'value="win-back" selected' in boss.get("/templates/new/?starter=win-back").content.decode()
    boss.post("/templates/new/", {"name": "Come back", "key": "come-back", "starter": "win-back"})
    content = content_at(TemplateDraft.objects.get())
    assert (content.blocks, content.mjml) == (None, starter_source("win-back").body.text)


@pytest.mark.parametrize(
    ("key", "layout", "told"),
    [("Bad key", "base", "small letters"), ("sample", "base", "already"), ("a", "x", "layout")],
)
def test_a_bad_start_is_said(boss: Client, versions: list[TemplateVersion], key: str, layout: str, told: str) -> None:
    response = boss.post("/templates/new/", {"name": "N", "key": key, "layout": layout})
    assert told in response.content.decode()


def test_publishing_an_older_version_rolls_back(boss: Client, versions: list[TemplateVersion]) -> None:
    assert current() == versions[1]
    boss.post("/templates/sample/1/publish/")
    assert current() == versions[0]
    assert "sample@1 is sent from now on." in LogEntry.objects.get().change_message


def test_a_version_is_planned_and_called_off(boss: Client, versions: list[TemplateVersion]) -> None:
    boss.post("/templates/sample/1/publish/", {"due_at": "2099-01-01T10:00"})
    assert current() == versions[1]
    assert "planned by boss" in boss.get("/templates/sample/").content.decode()
    boss.post("/templates/sample/call-off/", {"locale": ""})
    assert not PlannedPublication.objects.exists()


def test_two_versions_side_by_side(boss: Client, versions: list[TemplateVersion]) -> None:
    told = boss.get("/templates/sample/1/2/").content.decode()
    assert told.count("<iframe") == 2
    assert "pr-diff-changed" in told
    assert "&lt;mj-text&gt;Second" in told


def test_copy_to_edit_leads_to_the_draft(boss: Client, versions: list[TemplateVersion]) -> None:
    boss.post("/templates/sample/2/edit/")
    assert TemplateDraft.objects.get().base == versions[1]


def test_a_translation_is_a_draft_of_its_own(boss: Client, versions: list[TemplateVersion]) -> None:
    boss.post("/templates/sample/2/edit/", {"locale": "pt_br"})
    assert TemplateDraft.objects.get().locale == "pt-BR"
    boss.post("/templates/sample/2/edit/", {"locale": "klingon language"})
    assert TemplateDraft.objects.count() == 1


def test_support_only_looks(somebody: Callable[..., Client], versions: list[TemplateVersion]) -> None:
    support = somebody("support")
    assert support.get("/templates/sample/").status_code == 200
    for path in ("/templates/sample/1/publish/", "/templates/sample/1/edit/", "/templates/new/"):
        assert support.post(path).status_code == 403


def test_a_marketer_writes_and_publishes(somebody: Callable[..., Client], versions: list[TemplateVersion]) -> None:
    assert somebody("marketer").post("/templates/sample/1/publish/").status_code == 302
    assert current() == versions[0]
