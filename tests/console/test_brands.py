"""Can staff change a brand and publish its mails again, and only those who may?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from notifications.brand_forms import form_of
from notifications.compose.brands.choosing import content_of
from notifications.compose.brands.models import Brand
from notifications.compose.brands.saving import make_brand
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import content_at, start_template
from notifications.compose.models import TemplateVersion
from notifications.compose.pictures.models import Picture
from tests.brands import change, said, the_brand
from tests.notifications.compose.making import text
from tests.notifications.compose.test_pictures import drawn

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(db: None) -> TemplateDraft:
    """A mail that shows the brand's name and text colour, and is sent."""
    made = start_template(
        "news", name="News", content=DraftContent(subject="Hi", mjml=text("{{ brand.name }}")), author="a"
    )
    publish_draft(made.pk, expected=1, author="a")
    return made


def typed(**fields: str) -> dict[str, str]:
    """The form as it stands, with some fields otherwise."""
    return {
        **form_of(content_of(the_brand())).typed,
        **{name.replace("__", "-"): text for name, text in fields.items()},
    }


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_each_brand_in_light_and_dark(boss: Client) -> None:
    make_brand("outlet", name="Outlet", author="ada")
    shown = page(boss, "/brands/")
    assert shown.count("<iframe") == 4
    assert "Outlet" in shown


def test_saving_says_how_many_mails_still_show_the_brand_as_it_was(boss: Client, draft: TemplateDraft) -> None:
    response = boss.post(f"/brands/{the_brand().key}/save/", typed(name="Harbour"), follow=True)
    assert "1 mail still shows the brand as it was" in response.content.decode()
    assert "Publish this mail again" in response.content.decode()
    assert the_brand().name == "Harbour"


def test_a_fault_is_named_at_its_field_and_nothing_typed_is_lost(boss: Client) -> None:
    response = boss.post(f"/brands/{the_brand().key}/save/", typed(name="Harbour", light__text="blue-ish"))
    shown = response.content.decode()
    assert "“blue-ish” is no colour" in shown
    assert 'value="Harbour"' in shown
    assert the_brand().name != "Harbour"


def test_the_preview_is_the_mail_in_what_is_typed(boss: Client) -> None:
    shown = preview(boss, name="Harbour", light__text="#123abc", dark__background="#010203")
    assert "#123abc" in shown
    assert "#010203" in shown
    assert "Harbour" in shown
    assert the_brand().name != "Harbour"


def test_the_preview_shows_a_mail_of_the_brand(boss: Client, draft: TemplateDraft) -> None:
    assert "A smaller heading" not in preview(boss, mail="news", name="Harbour")


def test_what_is_faulty_is_previewed_as_it_is_saved(boss: Client) -> None:
    shown = preview(boss, name="Harbour", light__text="no colour")
    assert "1 field is not in order yet" in shown
    assert "Harbour" in shown


def test_colours_that_cannot_be_read_are_told_while_they_are_chosen(boss: Client) -> None:
    assert "#777777 on #ffffff; 4.5 to 1 is needed" in preview(boss, light__text="#777777")


def test_what_is_typed_reaches_no_page_as_markup(boss: Client) -> None:
    shown = preview(boss, name="<script>alert(1)</script>")
    assert "<script>alert" not in shown
    assert "&amp;lt;script" in shown


def test_publishing_again_goes_on_until_none_is_left(boss: Client, draft: TemplateDraft, monkeypatch: Any) -> None:
    other = start_template(
        "more", name="M", content=DraftContent(subject="Hi", mjml=text("{{ brand.name }}")), author="a"
    )
    publish_draft(other.pk, expected=1, author="a")
    change(name="Harbour")
    monkeypatch.setattr("notifications.compose.brands.republishing.AT_ONCE", 1)
    path = f"/brands/{the_brand().key}/publish/"
    first = boss.post(path, {"made": "0"}, headers=HTMX).content.decode()
    assert "Published 1 again, 1 to go" in first
    assert 'hx-trigger="load"' in first
    second = boss.post(path, {"made": "1"}, headers=HTMX).content.decode()
    assert "2 mails were published again" in second
    assert 'hx-trigger="load"' not in second
    assert set(TemplateVersion.objects.filter(number=2).values_list("brand__name", flat=True)) == {"Harbour"}


def test_without_a_script_publishing_again_comes_back_to_the_page(boss: Client, draft: TemplateDraft) -> None:
    change(name="Harbour")
    response = boss.post(f"/brands/{the_brand().key}/publish/")
    assert response["Location"] == f"/brands/{the_brand().key}/"


def test_a_logo_is_uploaded_into_its_field(boss: Client) -> None:
    file = SimpleUploadedFile("logo.png", drawn())
    shown = boss.post(f"/brands/{the_brand().key}/logo/", {"file": file}).content.decode()
    assert Picture.objects.get().url in shown
    said(logo_url=Picture.objects.get().url)


def test_a_file_that_is_no_picture_says_so(boss: Client) -> None:
    file = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>")
    assert "SVG cannot be shown" in boss.post(f"/brands/{the_brand().key}/logo/", {"file": file}).content.decode()


def test_a_brand_is_made_chosen_as_default_and_deleted(boss: Client) -> None:
    first = the_brand().key
    assert boss.post("/brands/new/", {"key": "outlet", "name": "Outlet"})["Location"] == "/brands/outlet/"
    boss.post("/brands/outlet/default/")
    assert the_brand().key == "outlet"
    boss.post("/brands/outlet/delete/")
    boss.post(f"/brands/{first}/delete/")
    assert list(Brand.objects.values_list("key", flat=True)) == ["outlet"]


def test_a_draft_chooses_its_brand(boss: Client, draft: TemplateDraft) -> None:
    make_brand("outlet", name="Outlet", author="ada")
    boss.post(f"/drafts/{draft.pk}/head/", {"revision": "1", "brand": "outlet"}, headers=HTMX)
    draft.refresh_from_db()
    assert content_at(draft).brand == "outlet"
    assert "Outlet" in page(boss, f"/drafts/{draft.pk}/preview/")


@pytest.mark.parametrize("path", ["/brands/", "/brands/postrider/"])
def test_support_looks(somebody: Callable[..., Client], path: str) -> None:
    assert "Save the brand" not in page(somebody("support"), path)


@pytest.mark.parametrize("action", ["save", "logo", "publish", "default", "delete"])
def test_support_changes_nothing(somebody: Callable[..., Client], action: str) -> None:
    assert somebody("support").post(f"/brands/{the_brand().key}/{action}/").status_code == 403


def test_a_marketer_changes_brands(somebody: Callable[..., Client]) -> None:
    marketer = somebody("marketer")
    marketer.post(f"/brands/{the_brand().key}/save/", typed(name="Harbour"))
    assert the_brand().name == "Harbour"


def preview(client: Client, **fields: str) -> str:
    response = client.post(f"/brands/{the_brand().key}/preview/", typed(**fields))
    assert response.status_code == 200
    return response.content.decode()
