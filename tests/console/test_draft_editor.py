"""Can a mail be written with blocks, and is nobody's work lost?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from notifications.compose.blocks.models import SavedBlock
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import content_at, save, start_template
from notifications.compose.pictures.models import Picture
from notifications.compose.publications import current_version
from notifications.delivery.models import Sender
from notifications.draft_preview import preview_draft
from notifications.preview import render_sample
from preferences.models import Contact
from tests.notifications.compose.payloads import XSS
from tests.notifications.compose.test_block_injection import runs
from tests.notifications.compose.test_pictures import drawn
from tests.types import parcel_type

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(db: None) -> TemplateDraft:
    return start_template("news", name="News", content=DraftContent(blocks=[]), author="ada")


@pytest.fixture
def act(boss: Client, draft: TemplateDraft) -> Callable[..., Any]:
    """Do something as the editor does, from the revision that the draft stands on or the one given."""

    def do(action: str, *, revision: int | None = None, **fields: Any) -> Any:
        draft.refresh_from_db()
        posted = {"revision": draft.revision if revision is None else revision, **fields}
        response = boss.post(f"/drafts/{draft.pk}/{action}/", posted, headers=HTMX)
        draft.refresh_from_db()
        return response

    return do


def blocks(draft: TemplateDraft) -> list[dict[str, Any]]:
    return content_at(draft).blocks or []


def kinds(draft: TemplateDraft) -> list[str]:
    return [one["kind"] for one in blocks(draft)]


def test_blocks_are_added_changed_moved_and_removed(act: Callable[..., Any], draft: TemplateDraft) -> None:
    act("add", kind="heading", spot=".0.0")
    act("add", kind="button", spot=".0.1")
    first, second = (one["id"] for one in blocks(draft))
    act("change", block=first, text="Hello", level="2")
    act("up", block=second)
    assert kinds(draft) == ["button", "heading"]
    assert (blocks(draft)[1]["text"], blocks(draft)[1]["level"]) == ("Hello", 2)
    act("duplicate", block=second)
    act("remove", block=second)
    assert kinds(draft) == ["button", "heading"]


def test_a_block_is_moved_into_a_column(act: Callable[..., Any], draft: TemplateDraft) -> None:
    act("add", kind="columns", spot=".0.0")
    act("add", kind="text", spot=".0.1")
    columns, text = (one["id"] for one in blocks(draft))
    act("move", block=text, to=f"{columns}.1.0")
    assert [one["kind"] for one in blocks(draft)[0]["columns"][1]] == ["text"]


def test_a_saved_block_is_shared_and_says_where_it_is_used(act: Callable[..., Any], draft: TemplateDraft) -> None:
    act("add", kind="heading", spot=".0.0")
    act("share", block=blocks(draft)[0]["id"], name="Greeting")
    assert (kinds(draft), blocks(draft)[0]["key"]) == (["saved"], "greeting")
    told = act("up", block=blocks(draft)[0]["id"]).content.decode()
    assert 'href="/templates/news/"' in told


def test_a_block_in_another_is_shared_where_it_stands(act: Callable[..., Any], draft: TemplateDraft) -> None:
    act("add", kind="condition", spot=".0.0")
    act("add", kind="text", spot=f"{blocks(draft)[0]['id']}.0.0")
    act("share", block=blocks(draft)[0]["blocks"][0]["id"], name="Greeting")
    assert [one["key"] for one in blocks(draft)[0]["blocks"]] == ["greeting"]


def test_a_block_in_a_column_cannot_be_shared_and_the_editor_says_so(
    act: Callable[..., Any], draft: TemplateDraft
) -> None:
    act("add", kind="columns", spot=".0.0")
    act("add", kind="text", spot=f"{blocks(draft)[0]['id']}.0.0")
    told = act("share", block=blocks(draft)[0]["columns"][0][0]["id"], name="Greeting").content.decode()
    assert "“Saved block” cannot stand in a column" in told
    assert not SavedBlock.objects.exists()


def test_the_panel_offers_the_values_of_the_person(act: Callable[..., Any], draft: TemplateDraft) -> None:
    told = act("add", kind="condition", spot=".0.0").content.decode()
    assert '<option value="contact.first_name">' in told


def test_undo_and_redo(act: Callable[..., Any], draft: TemplateDraft) -> None:
    act("add", kind="heading", spot=".0.0")
    act("undo")
    assert kinds(draft) == []
    act("redo")
    assert kinds(draft) == ["heading"]


def test_what_a_field_cannot_be_is_said_and_not_saved(act: Callable[..., Any], draft: TemplateDraft) -> None:
    act("add", kind="spacer", spot=".0.0")
    response = act("change", block=blocks(draft)[0]["id"], height="9999")
    assert "height" in response.content.decode()
    assert blocks(draft)[0]["height"] == 24


def test_a_second_editor_sees_both_versions(act: Callable[..., Any], draft: TemplateDraft) -> None:
    save(draft.pk, DraftContent(subject="Ben's", blocks=[]), expected=1, author="ben")
    response = act("head", revision=1, subject="Ada's")
    told = response.content.decode()
    assert response["HX-Retarget"] == "#editor"
    assert "ben saved revision 2" in told
    assert "Ada&#x27;s" in told
    act("take", number=re.search(r'name="number" value="(\d+)"', told).group(1))  # type: ignore[union-attr]
    assert content_at(draft).subject == "Ada's"


def test_the_preview_is_the_mail_for_a_contact_and_for_hard_cases(
    act: Callable[..., Any], boss: Client, draft: TemplateDraft, ada: Contact
) -> None:
    act("add", kind="heading", spot=".0.0")
    act("change", block=blocks(draft)[0]["id"], text="Hello {{ contact.first_name }}")
    Contact.objects.filter(pk=ada.pk).update(first_name="Adelheid")
    shown = boss.get(f"/drafts/{draft.pk}/preview/", {"contact": ada.email}).content.decode()
    assert "Hello Adelheid" in shown
    hard = boss.get(f"/drafts/{draft.pk}/preview/", {"case": "markup in the name", "view": "text"}).content.decode()
    assert "Hello &lt;b&gt;Bobby" in hard


def test_the_headers_are_those_that_a_mail_would_carry(boss: Client, draft: TemplateDraft) -> None:
    Sender.objects.create(stream="marketing", name="The Harbour", address="news@harbour.example")
    save(draft.pk, DraftContent(subject="Hi", blocks=[{"kind": "divider", "id": "a"}]), expected=1, author="ada")
    page = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "headers"}).content.decode()
    assert "The Harbour &lt;news@harbour.example&gt;" in page
    assert "<dt>List-Unsubscribe-Post</dt><dd>List-Unsubscribe=One-Click</dd>" in page
    assert "<dt>List-Unsubscribe</dt><dd>&lt;http" in page
    assert "<dt>Feedback-ID</dt>" in page
    assert "From" in page.partition("The Harbour")[0]


def test_where_several_types_send_it_the_preview_is_of_the_one_that_was_chosen(
    boss: Client, draft: TemplateDraft, new_types: None
) -> None:
    parcel_type("first", template="news", stream="transactional")
    parcel_type("second", template="news", stream="marketing", name="Letters of spring")
    save(draft.pk, DraftContent(subject="Hi", blocks=[{"kind": "divider", "id": "a"}]), expected=1, author="ada")

    def headers_of(**asked: str) -> str:
        page = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "headers", **asked}).content.decode()
        return page.partition("</dl>")[0]

    assert '<option value="second">Letters of spring</option>' in boss.get(f"/drafts/{draft.pk}/").content.decode()
    assert "List-Unsubscribe" not in headers_of()
    assert "List-Unsubscribe" in headers_of(type="second")
    assert headers_of(type="nonsense") == headers_of(type="first") == headers_of()


def test_one_type_is_nothing_to_choose(boss: Client, draft: TemplateDraft) -> None:
    assert 'name="type"' not in boss.get(f"/drafts/{draft.pk}/").content.decode()


def test_the_page_opens_with_the_block_that_its_address_names(boss: Client, draft: TemplateDraft) -> None:
    blocks = [{"kind": "heading", "id": "a", "text": "Now"}]
    save(draft.pk, DraftContent(subject="Hi", blocks=blocks), expected=1, author="ada")
    named = boss.get(f"/drafts/{draft.pk}/", {"block": "a"}).content.decode()
    assert "<h2>Heading</h2>" in named
    assert '<input type="hidden" name="block" value="a">' in named
    for address in (f"/drafts/{draft.pk}/", f"/drafts/{draft.pk}/?block=gone"):
        assert 'id="block-form"' not in boss.get(address).content.decode()


def test_an_unknown_contact_is_said_in_the_preview(boss: Client, draft: TemplateDraft) -> None:
    page = boss.get(f"/drafts/{draft.pk}/preview/", {"contact": "nobody@example.com"}).content.decode()
    assert "No contact has this address" in page


def test_the_preview_says_what_the_published_version_says(draft: TemplateDraft) -> None:
    content = DraftContent(
        subject="Hi {{ contact.first_name }}", blocks=[{"kind": "heading", "id": "a", "text": "Now"}]
    )
    revision = save(draft.pk, content, expected=1, author="ada")
    version = publish_draft(draft.pk, expected=revision, author="ada")
    shown, sent = preview_draft(content, key="news", locale=""), render_sample(version)
    assert (shown.subject, shown.text) == (sent.subject, sent.text)
    assert shown.html == sent.html.replace("@media (prefers-color-scheme: dark)", "@media not all")


@pytest.mark.parametrize("view", ["desktop", "phone", "dark", "images off", "text", "source", "headers"])
def test_every_view_is_shown(act: Callable[..., Any], boss: Client, draft: TemplateDraft, view: str) -> None:
    act("add", kind="divider", spot=".0.0")
    assert boss.get(f"/drafts/{draft.pk}/preview/", {"view": view}).status_code == 200


def test_the_preview_is_dark_only_when_asked_for(act: Callable[..., Any], boss: Client, draft: TemplateDraft) -> None:
    act("add", kind="divider", spot=".0.0")
    light = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "desktop"}).content.decode()
    dark = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "dark"}).content.decode()
    assert "prefers-color-scheme: dark" not in light + dark
    assert "@media all" in dark
    assert "@media all" not in light


def test_a_fault_in_mjml_names_its_block(act: Callable[..., Any], boss: Client, draft: TemplateDraft) -> None:
    act("add", kind="raw", spot=".0.0")
    act("change", block=blocks(draft)[0]["id"], mjml="<mj-sektion></mj-sektion>")
    shown = boss.get(f"/drafts/{draft.pk}/preview/").content.decode()
    assert "unknown MJML tag" in shown
    assert f"/blocks/{blocks(draft)[0]['id']}/" in shown


def test_publishing_sends_it_and_an_unfinished_one_is_refused(
    act: Callable[..., Any], boss: Client, draft: TemplateDraft
) -> None:
    act("add", kind="heading", spot=".0.0")
    told = boss.post(f"/drafts/{draft.pk}/publish/", {"revision": draft.revision}, follow=True).content.decode()
    assert "the mail has no subject" in told
    act("change", block=blocks(draft)[0]["id"], text="Hello")
    act("head", subject="News")
    boss.post(f"/drafts/{draft.pk}/publish/", {"revision": draft.revision, "note": "First"})
    assert current_version("news").note == "First"


def test_a_picture_is_uploaded_and_shown_to_everybody(boss: Client, visitor: Client, draft: TemplateDraft) -> None:
    file = SimpleUploadedFile("a.png", drawn())
    told = boss.post(f"/drafts/{draft.pk}/pictures/", {"file": file}).content.decode()
    picture = Picture.objects.get()
    assert picture.url in told
    response = visitor.get(picture.path)
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]


def test_what_is_no_picture_is_refused(boss: Client, draft: TemplateDraft) -> None:
    file = SimpleUploadedFile("a.png", b"<svg onload='alert(1)'/>")
    assert "save it as PNG" in boss.post(f"/drafts/{draft.pk}/pictures/", {"file": file}).content.decode()


def test_payloads_in_every_field_run_nothing_in_the_editor(
    act: Callable[..., Any], boss: Client, draft: TemplateDraft
) -> None:
    stored = [{"kind": "text", "id": f"t{number}", "html": payload} for number, payload in enumerate(XSS)]
    stored += [{"kind": "heading", "id": f"h{number}", "text": payload} for number, payload in enumerate(XSS)]
    save(draft.pk, DraftContent(subject=XSS[0], blocks=stored), expected=1, author="ada")
    for number in range(0, len(XSS), 10):
        page = boss.get(f"/drafts/{draft.pk}/blocks/t{number}/").content.decode()
        assert [one for one in runs(page) if one not in {"form", "input"}] == []


def test_support_looks_and_does_not_write(somebody: Callable[..., Client], draft: TemplateDraft) -> None:
    support = somebody("support")
    assert support.get(f"/drafts/{draft.pk}/").status_code == 200
    assert support.post(f"/drafts/{draft.pk}/add/", {"kind": "text", "revision": 1}).status_code == 403
    assert support.post(f"/drafts/{draft.pk}/publish/", {"revision": 1}).status_code == 403


def test_a_fault_is_marked_on_its_line_of_the_block_and_of_the_source(
    act: Callable[..., Any], boss: Client, draft: TemplateDraft
) -> None:
    act("add", kind="heading", spot=".0.0")
    act("add", kind="raw", spot=".0.1")
    block = blocks(draft)[1]["id"]
    act(
        "change",
        block=block,
        mjml="<mj-section>\n  <mj-column>\n    <mj-sektion></mj-sektion>\n  </mj-column>\n</mj-section>",
    )
    shown = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "source"}).content.decode()
    assert f'data-fault-block="{block}" data-fault-field="mjml" data-fault-line="3"' in shown
    marked = re.findall(r'class="pr-source-fault".*?<code>(.*?)</code>', shown)
    assert [one.strip() for one in marked] == ["&lt;mj-sektion&gt;&lt;/mj-sektion&gt;"]


def test_a_fault_in_mjml_by_hand_or_in_the_subject_names_its_field(boss: Client) -> None:
    content = DraftContent(subject="Hi {% if %}", mjml="<mj-section>\n<mj-nothing/>\n</mj-section>")
    draft = start_template("by-hand", name="By hand", content=content, author="ada")
    first = boss.get(f"/drafts/{draft.pk}/preview/").content.decode()
    assert 'data-fault-field="subject"' in first
    save(draft.pk, content.model_copy(update={"subject": "Hi"}), expected=1, author="ada")
    second = boss.get(f"/drafts/{draft.pk}/preview/").content.decode()
    assert 'data-fault-block="" data-fault-field="mjml" data-fault-line="2"' in second
