"""Is what no mail can be made of refused on the editor's screen, in words, soon, and with nothing lost?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from time import process_time

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from notifications.compose.blocks.tree import read_blocks, store_blocks
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import content_at, start_template
from notifications.compose.models import TemplateVersion
from notifications.compose.pictures.models import Picture
from tests.notifications.compose.amp.documents import document
from tests.notifications.compose.making import section, text
from tests.notifications.compose.test_broken_sources import BODIES
from tests.notifications.compose.test_hostile_corpus import PAYLOADS
from tests.notifications.compose.test_hostile_templates import COSTLY, REFUSED

HTMX = {"HX-Request": "true"}
#: What our own code or a library says to a programmer.
INSIDES = re.compile(r"Traceback|Error:|Exception|object at 0x|pydantic|site-packages|NoneType|<class ", re.IGNORECASE)
GOOD = section("<mj-text>All is well</mj-text>")


@pytest.fixture
def draft(db: None) -> TemplateDraft:
    """A mail of MJML by hand whose good version is sent."""
    made = start_template("news", name="News", content=DraftContent(subject="News", mjml=GOOD), author="ada")
    publish_draft(made.pk, expected=made.revision, author="ada")
    return made


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    started = process_time()
    yield
    assert process_time() - started < 10


def write(boss: Client, draft: TemplateDraft, **fields: object) -> str:
    """Save as the editor does; what it answers, as somebody reads it."""
    draft.refresh_from_db()
    posted = {"revision": draft.revision, **fields}
    response = boss.post(f"/drafts/{draft.pk}/head/", posted, headers=HTMX)
    assert response.status_code == 200, response.status_code
    draft.refresh_from_db()
    return html.unescape(response.content.decode())


def preview(boss: Client, draft: TemplateDraft, **asked: str) -> str:
    response = boss.get(f"/drafts/{draft.pk}/preview/", asked)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def expect_refused(boss: Client, draft: TemplateDraft) -> list[str]:
    """Publishing changes nothing of what is sent, and says why."""
    before = list(TemplateVersion.objects.values_list("number", flat=True))
    response = boss.post(f"/drafts/{draft.pk}/publish/", {"revision": draft.revision})
    assert response.status_code == 302
    told = [str(one) for one in get_messages(response.wsgi_request)]
    assert list(TemplateVersion.objects.values_list("number", flat=True)) == before
    assert told
    assert not any(INSIDES.search(one) for one in told), told
    return told


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=range(len(BODIES)))
def test_broken_mjml_is_named_on_the_screen(body: str, expected: str, boss: Client, draft: TemplateDraft) -> None:
    reason = expected.partition(": ")[2].replace("inside <mj-body>", "inside <mj-wrapper>")  # of the layout
    if len(body) > 256 * 1024:
        assert "larger than 256 KB" in write(boss, draft, mjml=body)
        assert content_at(draft).mjml == GOOD
        return
    write(boss, draft, mjml=body)
    assert reason in preview(boss, draft)
    assert any(reason in one for one in expect_refused(boss, draft))
    assert content_at(draft).mjml == body


@pytest.mark.parametrize("liquid", [one for one in REFUSED if len(one) < 250_000][::4])
def test_hostile_liquid_is_refused(liquid: str, boss: Client, draft: TemplateDraft) -> None:
    write(boss, draft, mjml=text(liquid))
    shown = preview(boss, draft)
    assert "To mend before it is published" in shown
    assert not INSIDES.search(re.sub(r"<pre.*?</pre>", "", shown.replace(liquid, "")))
    expect_refused(boss, draft)


@pytest.mark.parametrize("liquid", COSTLY[::6])
def test_a_bomb_ends_in_words(liquid: str, boss: Client, draft: TemplateDraft) -> None:
    write(boss, draft, mjml=text(liquid.replace(" a ", " contact.first_name ").replace(" b ", " brand.name ")))
    shown = preview(boss, draft)
    assert not INSIDES.search(shown.replace(liquid, "")) or "srcdoc" in shown


@pytest.mark.parametrize("payload", [one for _, one in PAYLOADS][::24])
def test_the_corpus_never_breaks_the_screen(payload: str, boss: Client, draft: TemplateDraft) -> None:
    write(boss, draft, mjml=text(payload), subject=payload[:1000], preheader=payload[:1000], text=payload[:200_000])
    for view in ("desktop", "text", "source", "AMP"):
        preview(boss, draft, view=view)
    assert boss.get(f"/drafts/{draft.pk}/").status_code == 200


@pytest.mark.parametrize("field", ["mjml", "text", "amp"])
def test_two_megabytes_are_refused_in_words_and_nothing_is_lost(field: str, boss: Client, draft: TemplateDraft) -> None:
    told = write(boss, draft, **{field: "x" * 2_000_000})
    assert "larger than 256 KB" in told
    assert "x" * 1000 not in told
    assert content_at(draft).mjml == GOOD


def test_a_request_that_is_larger_than_any_mail_is_refused(boss: Client, draft: TemplateDraft) -> None:
    posted = {"revision": draft.revision, "mjml": "x" * 3_000_000}
    assert boss.post(f"/drafts/{draft.pk}/head/", posted, headers=HTMX).status_code in {400, 413}
    assert content_at(draft).mjml == GOOD


def test_bytes_that_are_no_text_are_kept_as_text(boss: Client, draft: TemplateDraft) -> None:
    body = b"revision=%d&subject=a%%ff%%fe%%00b&mjml=" % draft.revision + b"%c3%28%ed%a0%80"
    response = boss.post(
        f"/drafts/{draft.pk}/head/", body, content_type="application/x-www-form-urlencoded", headers=HTMX
    )
    assert response.status_code == 200
    draft.refresh_from_db()
    assert "\0" not in content_at(draft).subject
    assert boss.get(f"/drafts/{draft.pk}/").status_code == 200


@pytest.mark.parametrize("amp", ["<p>x</p>", *map(document, ("<script>alert(1)</script>", "<p>x", "{% if"))])
def test_a_broken_amp_part_is_named_with_its_line(amp: str, boss: Client, draft: TemplateDraft) -> None:
    write(boss, draft, amp=amp)
    assert re.search(r"AMP part, line \d+: ", re.sub(r"\s+", " ", preview(boss, draft)))
    assert any(one.startswith("AMP part: ") for one in expect_refused(boss, draft))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "SVG"),
        (b"GIF89a/*<script>alert(1)</script>*/=1;", "no picture"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "no picture"),
        (b"\xff\xd8\xff\xe0<?php system($_GET['c']); ?>", "no picture"),
        (b"<html><body onload=alert(1)>", "no picture"),
        (b"", "choose a file"),
    ],
)
def test_what_is_no_picture_is_refused(raw: bytes, reason: str, boss: Client, draft: TemplateDraft) -> None:
    response = boss.post(f"/drafts/{draft.pk}/pictures/", {"file": SimpleUploadedFile("a.png", raw)}, headers=HTMX)
    assert response.status_code == 200
    assert Picture.objects.count() == 0
    told = response.content.decode()
    assert reason in told or not raw
    assert "<script>alert" not in told


def test_a_raw_block_is_refused_as_the_whole_source_is(boss: Client, draft: TemplateDraft) -> None:
    blocks = store_blocks(read_blocks([{"id": "r", "kind": "raw", "mjml": "<mj-include path='/etc/passwd' />"}]))
    made = start_template("other", name="Other", content=DraftContent(subject="x", blocks=list(blocks)), author="ada")
    shown = preview(boss, made)
    assert "mj-include is not allowed" in shown
    assert f"/drafts/{made.pk}/blocks/r/" in shown
    assert "root:" not in shown
    expect_refused(boss, made)
