"""How is a draft saved, so that nobody's work is lost?

A save names the revision that it was made from. If the draft stands elsewhere by then, somebody else saved: the save is
refused, and kept as a revision beside theirs. Undo and redo move the draft along its revisions and delete none.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from notifications.compose.drafts.content import DraftContent, content_of
from notifications.compose.drafts.models import DraftRevision, TemplateDraft
from notifications.compose.models import Origin, Template, TemplateVersion

KEPT = 500  # revisions of a draft; older ones can no longer be undone to


class Conflict(Exception):
    """Somebody else saved first. `ours` is the refused revision, `theirs` the one the draft stands on."""

    def __init__(self, *, theirs: int, ours: int | None = None) -> None:
        self.theirs, self.ours = theirs, ours
        super().__init__(f"the draft stands on revision {theirs} by now")


def content_at(draft: TemplateDraft, number: int | None = None) -> DraftContent:
    """What a draft says, or said in a revision. Raises DraftRevision.DoesNotExist."""
    row = DraftRevision.objects.get(draft=draft, number=draft.revision if number is None else number)
    return DraftContent.model_validate(row.content)


@transaction.atomic
def start_template(key: str, *, name: str, content: DraftContent, author: str) -> TemplateDraft:
    """A new template with a draft and no version. Raises IntegrityError where the key is taken."""
    template = Template.objects.create(key=key, name=name, source=Origin.CONSOLE)
    return open_draft(template, "", content=content, author=author)


@transaction.atomic
def open_draft(template: Template, locale: str, *, content: DraftContent, author: str) -> TemplateDraft:
    """The draft of a template's locale; a new one that says `content` if there is none."""
    draft, is_new = TemplateDraft.objects.get_or_create(template=template, locale=locale, defaults={"author": author})
    if is_new:
        _append(draft, content, parent=None, author=author)
    return draft


@transaction.atomic
def copy_to_edit(version: TemplateVersion, *, author: str) -> TemplateDraft:
    """A draft that says what a version says. One that was there stays reachable by undo."""
    content = content_of(version)
    draft = open_draft(version.template, version.locale, content=content, author=author)
    draft = _locked(draft.pk)
    content = content.model_copy(update={"translated": content_at(draft).translated})
    draft.base, draft.base_revision = version, _move_to(draft, content, author=author)
    draft.save(update_fields=["base", "base_revision"])
    return draft


@transaction.atomic
def _attempt(draft_id: int, content: DraftContent, *, expected: int, author: str) -> tuple[int, Conflict | None]:
    draft = _locked(draft_id)
    if content_at(draft) == content:
        return draft.revision, None
    if draft.revision != expected:
        refused = _append(draft, content, parent=expected, author=author, is_refused=True)
        return draft.revision, Conflict(theirs=draft.revision, ours=refused)
    return _move_to(draft, content, author=author), None


def save(draft_id: int, content: DraftContent, *, expected: int, author: str) -> int:
    """Save what was made from revision `expected`; the new revision. Raises Conflict, with both sides kept."""
    revision, conflict = _attempt(draft_id, content, expected=expected, author=author)
    if conflict is not None:
        raise conflict
    return revision


@transaction.atomic
def undo(draft_id: int, *, expected: int) -> int:
    """Back to the revision that the present one was made from; stays where there is none. Raises Conflict."""
    draft = _expect(draft_id, expected)
    row = DraftRevision.objects.get(draft=draft, number=draft.revision)
    if row.parent is None or not DraftRevision.objects.filter(draft=draft, number=row.parent).exists():
        return draft.revision
    return _stand_on(draft, row.parent)


@transaction.atomic
def redo(draft_id: int, *, expected: int) -> int:
    """Forward to the newest revision that was made from the present one. Raises Conflict."""
    draft = _expect(draft_id, expected)
    made = DraftRevision.objects.filter(draft=draft, parent=draft.revision, is_refused=False)
    newest = made.order_by("-number").values_list("number", flat=True).first()
    return _stand_on(draft, newest) if newest else draft.revision


@transaction.atomic
def take(draft_id: int, number: int, *, expected: int, author: str) -> int:
    """Go on with what another revision says, such as a refused one; what is there stays one undo away."""
    draft = _expect(draft_id, expected)
    return _move_to(draft, content_at(draft, number), author=author)


def may_undo(draft: TemplateDraft) -> bool:
    """Whether there is a revision to go back to."""
    parents = DraftRevision.objects.filter(draft=draft, number=draft.revision).values("parent")
    return DraftRevision.objects.filter(draft=draft, number__in=parents).exists()


def may_redo(draft: TemplateDraft) -> bool:
    """Whether there is one to go forward to."""
    return DraftRevision.objects.filter(draft=draft, parent=draft.revision, is_refused=False).exists()


def _locked(draft_id: int) -> TemplateDraft:
    return TemplateDraft.objects.select_for_update().get(pk=draft_id)


def _expect(draft_id: int, revision: int) -> TemplateDraft:
    draft = _locked(draft_id)
    if draft.revision != revision:
        raise Conflict(theirs=draft.revision)
    return draft


def _move_to(draft: TemplateDraft, content: DraftContent, *, author: str) -> int:
    """Append a revision and stand on it; the present one where it says the same."""
    if content_at(draft) == content:
        return draft.revision
    draft.author = author
    return _stand_on(draft, _append(draft, content, parent=draft.revision, author=author))


def _stand_on(draft: TemplateDraft, number: int) -> int:
    draft.revision = number
    draft.save(update_fields=["revision", "author", "updated_at"])
    return number


def _append(
    draft: TemplateDraft, content: DraftContent, *, parent: int | None, author: str, is_refused: bool = False
) -> int:
    """A further revision; its number grows for ever, so that no number ever says two things."""
    rows = DraftRevision.objects.filter(draft=draft)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    rows.filter(number__lte=number - KEPT).exclude(number__in=(draft.revision, draft.base_revision or 0)).delete()
    DraftRevision.objects.create(
        draft=draft, number=number, parent=parent, content=content.stored(), author=author, is_refused=is_refused
    )
    return number
