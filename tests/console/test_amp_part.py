from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.test import Client

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import content_at, save, start_template
from notifications.compose.models import TemplateVersion
from notifications.delivery.models import Provider
from preferences.models import Contact
from tests.notifications.compose.amp.documents import document
from tests.notifications.compose.making import read, text

pytestmark = [pytest.mark.django_db, pytest.mark.req("T4")]

AMP = document("<p>Hello {{ contact.first_name | default: 'you' }}</p>")


@pytest.fixture
def draft(db: None):
    content = DraftContent(subject="News", mjml=text("x"), amp=AMP)
    return start_template("news", name="News", content=content, author="ada")


def test_the_preview_fills_it_in_and_says_who_carries_it(
    boss: Client, draft, ada: Contact, providers: dict[str, Provider]
) -> None:
    Provider.objects.filter(kind__in=("sparkpost", "brevo")).update(is_enabled=False)
    page = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "AMP", "contact": str(ada.address)}).content.decode()
    assert "<p>Hello Ada</p>" in html.unescape(page)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "It goes out through Mailgun, Sendgrid, Ses, Smtp." in words
    assert "It is left out of what goes through Mailjet, Postmark, Resend," in words


def test_without_one_the_preview_says_where_to_write_it(boss: Client, draft) -> None:
    save(draft.pk, DraftContent(subject="News", mjml=text("x")), expected=draft.revision, author="ada")
    assert "This mail has no AMP part" in boss.get(f"/drafts/{draft.pk}/preview/?view=AMP").content.decode()


def test_a_value_is_shown_as_text(boss: Client, draft, ada: Contact) -> None:
    Contact.objects.filter(pk=ada.pk).update(first_name="<script>alert(1)</script>")
    page = boss.get(f"/drafts/{draft.pk}/preview/", {"view": "AMP", "contact": str(ada.address)}).content.decode()
    assert "&amp;lt;script&amp;gt;" in page
    assert "<script>alert" not in page


def test_versions_are_compared_in_it_and_rolled_back_with_it(boss: Client, draft) -> None:
    first = publish_draft(draft.pk, expected=draft.revision, author="ada")
    changed = content_at(draft).model_copy(update={"amp": AMP.replace("Hello", "Bonjour")})
    revision = save(draft.pk, changed, expected=draft.revision, author="ada")
    second = publish_draft(draft.pk, expected=revision, author="ada")
    assert (first.number, second.number) == (1, 2)
    page = boss.get("/templates/news/1/2/").content.decode()
    assert "AMP part" in page
    assert "Bonjour" in page
    assert TemplateVersion.objects.get(pk=first.pk).compiled["amp"] == AMP


def test_a_file_beside_the_template_is_its_amp_part(tmp_path: Path) -> None:
    (tmp_path / "welcome.mjml").write_text("---\nsubject: Hi\n---\n" + text("x"))
    (tmp_path / "welcome.de.mjml").write_text("---\nsubject: Hallo\n---\n" + text("x"))
    (tmp_path / "welcome.amp.html").write_text(AMP)
    found = read(tmp_path / "welcome.mjml").amp
    assert found is not None
    assert (found.text, found.file) == (AMP, "welcome.amp.html")
    assert read(tmp_path / "welcome.de.mjml").amp is None


def test_the_page_of_a_version_shows_source_and_sample(boss: Client, draft) -> None:
    version = publish_draft(draft.pk, expected=draft.revision, author="ada")
    page = boss.get(f"/notifications/templateversion/{version.pk}/change/").content.decode()
    assert 'id="tab-amp"' in page
    assert "&lt;p&gt;Hello {{ contact.first_name | default: &#x27;you&#x27; }}&lt;/p&gt;" in page
    assert "&lt;p&gt;Hello Ada&lt;/p&gt;" in page
