from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.compose.drafts.content import DraftContent, content_of
from notifications.compose.drafts.models import DraftRevision, TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import (
    Conflict,
    content_at,
    copy_to_edit,
    may_redo,
    may_undo,
    redo,
    save,
    start_template,
    take,
    undo,
)
from notifications.compose.findings import SourceFault
from notifications.compose.models import PlannedPublication, Publication, Template
from notifications.compose.publications import current_version, publish_due
from notifications.compose.versions import publish
from tests.notifications.compose.making import source, text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(subject: str) -> DraftContent:
    return DraftContent(subject=subject, mjml=text("Hello"))


@pytest.fixture
def draft(db: None) -> TemplateDraft:
    return start_template("sample", name="Sample", content=said("One"), author="ada")


def subject(draft: TemplateDraft) -> str:
    draft.refresh_from_db()
    return content_at(draft).subject


def test_a_save_is_a_revision(draft: TemplateDraft) -> None:
    assert save(draft.pk, said("Two"), expected=1, author="ada") == 2
    assert subject(draft) == "Two"
    assert content_at(draft, 1).subject == "One"


def test_saving_the_same_makes_no_revision(draft: TemplateDraft) -> None:
    assert save(draft.pk, said("One"), expected=1, author="ada") == 1
    assert DraftRevision.objects.count() == 1


def test_a_key_that_is_taken_is_refused(draft: TemplateDraft) -> None:
    with pytest.raises(IntegrityError):
        start_template("sample", name="Other", content=said("x"), author="ada")


def test_undo_and_redo_move_along(draft: TemplateDraft) -> None:
    save(draft.pk, said("Two"), expected=1, author="ada")
    save(draft.pk, said("Three"), expected=2, author="ada")
    assert [undo(draft.pk, expected=3), undo(draft.pk, expected=2)] == [2, 1]
    assert undo(draft.pk, expected=1) == 1
    assert (subject(draft), may_undo(draft), may_redo(draft)) == ("One", False, True)
    assert redo(draft.pk, expected=1) == 2
    assert redo(draft.pk, expected=2) == 3
    assert redo(draft.pk, expected=3) == 3


def test_what_was_undone_stays_when_something_else_is_written(draft: TemplateDraft) -> None:
    save(draft.pk, said("Two"), expected=1, author="ada")
    undo(draft.pk, expected=2)
    assert save(draft.pk, said("Other"), expected=1, author="ada") == 3
    assert content_at(draft, 2).subject == "Two"
    assert undo(draft.pk, expected=3) == 1


def test_a_second_editors_save_is_refused_and_kept(draft: TemplateDraft) -> None:
    save(draft.pk, said("Ada's"), expected=1, author="ada")
    with pytest.raises(Conflict) as caught:
        save(draft.pk, said("Ben's"), expected=1, author="ben")
    assert (caught.value.theirs, caught.value.ours) == (2, 3)
    assert subject(draft) == "Ada's"
    assert content_at(draft, 3).subject == "Ben's"
    assert redo(draft.pk, expected=2) == 2


def test_the_refused_side_can_be_taken_and_the_other_is_one_undo_away(draft: TemplateDraft) -> None:
    save(draft.pk, said("Ada's"), expected=1, author="ada")
    with pytest.raises(Conflict):
        save(draft.pk, said("Ben's"), expected=1, author="ben")
    revision = take(draft.pk, 3, expected=2, author="ben")
    assert subject(draft) == "Ben's"
    undo(draft.pk, expected=revision)
    assert subject(draft) == "Ada's"


@pytest.mark.parametrize("act", [undo, redo])
def test_moving_from_where_somebody_else_left_is_refused(draft: TemplateDraft, act) -> None:
    save(draft.pk, said("Two"), expected=1, author="ada")
    with pytest.raises(Conflict):
        act(draft.pk, expected=1)


def test_a_copy_to_edit_says_what_the_version_says(db: None) -> None:
    version = publish("sample", source(text("Hello"), preheader="p", defaults={"a.b": 1}), author="sync")
    copied = copy_to_edit(version, author="ada")
    assert content_at(copied) == content_of(version)
    assert (copied.base, copied.is_changed) == (version, False)


def test_copying_again_is_one_undo_away(db: None) -> None:
    version = publish("sample", source(text("Hello")), author="sync")
    copied = copy_to_edit(version, author="ada")
    save(copied.pk, said("Mine"), expected=1, author="ada")
    copied = copy_to_edit(version, author="ada")
    undo(copied.pk, expected=copied.revision)
    assert subject(copied) == "Mine"


def test_a_published_draft_is_sent(draft: TemplateDraft) -> None:
    version = publish_draft(draft.pk, expected=1, author="ada", note="First")
    assert current_version("sample") == version
    draft.refresh_from_db()
    assert (version.origin, version.note, draft.is_changed) == ("console", "First", False)


def test_what_somebody_else_changed_is_not_published_unseen(draft: TemplateDraft) -> None:
    save(draft.pk, said("Two"), expected=1, author="ben")
    with pytest.raises(Conflict):
        publish_draft(draft.pk, expected=1, author="ada")
    assert not Publication.objects.exists()


def test_an_unfinished_draft_is_not_published_and_says_what_to_mend(draft: TemplateDraft) -> None:
    content = DraftContent(blocks=[{"kind": "image", "id": "a"}])
    save(draft.pk, content, expected=1, author="ada")
    with pytest.raises(SourceFault) as caught:
        publish_draft(draft.pk, expected=2, author="ada")
    reasons = " ".join(one.reason for one in caught.value.findings)
    assert "the mail has no subject" in reasons
    assert "Image: give the picture an address" in reasons


def test_a_draft_can_be_planned(draft: TemplateDraft) -> None:
    version = publish_draft(draft.pk, expected=1, author="ada", due_at=NOON)
    assert PlannedPublication.objects.get().version == version
    publish_due(at=NOON)
    assert current_version("sample") == version


def test_blocks_are_kept_with_their_version(draft: TemplateDraft) -> None:
    blocks = [{"kind": "heading", "id": "a", "text": "Hello"}]
    save(draft.pk, DraftContent(subject="S", blocks=blocks), expected=1, author="ada")
    version = publish_draft(draft.pk, expected=2, author="ada")
    assert version.blocks == blocks
    assert "<h1>Hello</h1>" in version.mjml_source
    assert content_of(version).blocks == blocks
    assert Template.objects.get().published == version


@settings(deadline=None)
@given(st.text(), st.text())
def test_a_draft_holds_no_control_characters(first: str, second: str) -> None:
    content = DraftContent(subject=first[:1000], mjml=second)
    assert "\n" not in content.subject
    assert not any(one < " " and one not in "\n\t" for one in content.subject + content.mjml)
