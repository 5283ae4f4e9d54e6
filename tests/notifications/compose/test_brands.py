"""Does a brand change no mail by itself, and every mail of it when they are published again?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from notifications.compose.brands.choosing import brand_values, content_of
from notifications.compose.brands.content import BrandContent
from notifications.compose.brands.legibility import pairings_of
from notifications.compose.brands.models import Brand
from notifications.compose.brands.reading import shows
from notifications.compose.brands.republishing import republish
from notifications.compose.brands.saving import (
    BadKey,
    BrandInUse,
    delete_brand,
    ensure_default_brand,
    make_brand,
    make_default,
)
from notifications.compose.brands.staleness import stale_uses, uses_of
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import copy_to_edit, start_template
from notifications.compose.findings import SourceFault
from notifications.compose.models import Origin, TemplateVersion
from notifications.compose.publications import current_version, plan_publication, publish_due
from notifications.compose.render import load_version
from notifications.compose.versions import make_version, publish
from tests.brands import change, said, the_brand
from tests.notifications.compose.making import Mail, source, text
from tracking.models import Link

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMED = text('{{ brand.name }} {{ contact.first_name }} <a href="{{ brand.url }}">site</a>')


def written(body: str = NAMED, *, brand: str = "", **fields: Any) -> TemplateVersion:
    from dataclasses import replace

    made = replace(source(body, **fields), brand=brand)
    return publish(made.key, made, author="ada")


def html(version: TemplateVersion) -> str:
    return Mail(load_version(version.pk, tracked=False), contact={"first_name": "Ben"}).html


def sent() -> TemplateVersion:
    version = current_version("sample")
    return TemplateVersion.objects.select_related("template").get(
        pk=version.template.publications.get(locale="").version_id
    )


def test_the_first_brand_is_what_the_settings_say(settings: Any) -> None:
    Brand.objects.all().delete()
    settings.POSTRIDER_BRAND = {"name": "Old Shop", "address": "1 Quay", "color": "#ABCDEF", "phone": "123"}
    before = brand_values()
    ensure_default_brand()
    settings.POSTRIDER_BRAND = {"name": "Another"}
    ensure_default_brand()
    assert brand_values() == before
    assert (the_brand().key, before["color"], before["button"], before["phone"]) == (
        "old-shop", "#abcdef", "#abcdef", "123",
    )  # fmt: skip


def test_a_published_version_stays_as_it_is_whatever_becomes_of_its_brand() -> None:
    version = written()
    before = html(version)
    change(name="Harbour", light={"text": "#112233"})
    load_version.cache_clear()
    assert html(version) == before
    assert "Harbour" not in before


def test_a_version_made_from_now_on_takes_the_brand_as_it_is() -> None:
    written()
    change(name="Harbour")
    assert "Harbour Ben" in html(written(subject="Another"))


def test_publishing_a_draft_again_takes_the_brand_though_nothing_was_written() -> None:
    draft = start_template("sample", name="Sample", content=DraftContent(subject="Hi", mjml=NAMED), author="ada")
    assert publish_draft(draft.pk, expected=1, author="ada").number == 1
    assert publish_draft(draft.pk, expected=1, author="ada").number == 1
    change(name="Harbour")
    assert publish_draft(draft.pk, expected=1, author="ada").number == 2


def test_publishing_again_changes_the_brand_alone() -> None:
    old = written()
    change(name="Harbour", light={"text": "#112233"})
    done = republish(the_brand(), author="cleo")
    version = sent()
    assert done.refs == ("sample@2",)
    assert (version.author, version.note) == ("cleo", "Brand changed: name")
    assert "Harbour Ben" in html(version)
    assert (version.compiled, version.content_digest, version.origin) == (old.compiled, old.content_digest, old.origin)
    links = [list(Link.objects.filter(version_id=one.pk).values_list("number", "url")) for one in (old, version)]
    assert links[0] == links[1] != []


def test_publishing_again_twice_does_it_once() -> None:
    written()
    change(name="Harbour")
    republish(the_brand(), author="cleo")
    assert republish(the_brand(), author="cleo").refs == ()
    assert stale_uses(the_brand()) == []


def test_a_few_at_a_time_until_none_is_left() -> None:
    for number in range(3):
        draft = start_template(f"m{number}", name="M", content=DraftContent(subject="Hi", mjml=NAMED), author="ada")
        publish_draft(draft.pk, expected=1, author="ada")
    change(name="Harbour")
    first = republish(the_brand(), author="cleo", at_most=2)
    assert (len(first.refs), first.left) == (2, 1)
    assert republish(the_brand(), author="cleo", at_most=2).left == 0


def test_a_mail_that_shows_nothing_of_the_change_is_left_alone() -> None:
    written()
    change(light={"line": "#abcdef"})
    (use,) = uses_of(the_brand())
    assert (use.changes, use.is_shown) == (("colour of lines",), False)
    assert republish(the_brand(), author="cleo").refs == ()


def test_a_planned_version_is_planned_as_the_brand_is_now() -> None:
    planned = make_version(source(NAMED), author="ada")
    plan_publication(planned, due_at=NOON, author="ada")
    change(name="Harbour")
    republish(the_brand(), author="cleo")
    publish_due(at=NOON)
    assert "Harbour Ben" in html(sent())
    assert "Harbour" not in html(planned)


def test_a_draft_counts_as_published_afterwards() -> None:
    draft = copy_to_edit(written(), author="ada")
    change(name="Harbour")
    republish(the_brand(), author="cleo")
    draft.refresh_from_db()
    assert (draft.base, draft.is_changed) == (sent(), False)


def test_a_template_names_its_brand() -> None:
    change(make_brand("outlet", name="Outlet", author="ada"), name="Outlet")
    assert "Outlet Ben" in html(written(brand="outlet"))


def test_a_brand_that_there_is_not_is_a_fault_with_its_place() -> None:
    with pytest.raises(SourceFault, match=r"sample\.mjml:1: unknown brand `outlet`"):
        written(brand="outlet")


def test_another_default_brand_makes_mails_stale_that_name_none() -> None:
    written()
    outlet = make_brand("outlet", name="Outlet", author="ada")
    make_default(outlet)
    assert [one.version.ref for one in stale_uses(the_brand())] == ["sample@1"]
    republish(the_brand(), author="cleo")
    assert "Outlet Ben" in html(sent())


def test_a_brand_in_use_is_not_deleted() -> None:
    outlet = make_brand("outlet", name="Outlet", author="ada")
    start_template("sample", name="S", content=DraftContent(brand="outlet"), author="ada")
    with pytest.raises(BrandInUse, match="the brand of sample"):
        delete_brand(outlet)
    with pytest.raises(BrandInUse, match="default"):
        delete_brand(the_brand())


def test_a_brand_that_nothing_uses_is_deleted() -> None:
    delete_brand(make_brand("outlet", name="Outlet", author="ada"))
    assert not Brand.objects.filter(key="outlet").exists()


@pytest.mark.parametrize("key", ["", "New Shop", "new", "Ä", "a" * 101])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(BadKey):
        make_brand(key, name="x", author="ada")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "  "}, "give it a name"),
        ({"address": "\n"}, "write the postal address"),
        ({"url": "http://shop.example"}, "begins with https://"),
        ({"url": "javascript:alert(1)"}, "begins with https://"),
        ({"logo_url": 'https://a.example/"onerror=x'}, "begins with https://"),
        ({"social": {"instagram": "http://instagram.com/x"}}, "begins with https://"),
        ({"social": {"myspace": "https://myspace.com/x"}}, "no network that is known"),
        ({"light": {"text": "red; } body { display: none"}}, "is no colour such as"),
        ({"font": "Comic"}, "choose one of the fonts"),
        ({"extras": {"color": "x"}}, "the brand's own already"),
        ({"extras": {"9 lives": "x"}}, "no name of a value"),
    ],
)
def test_what_no_mail_can_carry_is_refused_in_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        said(**fields)


def test_colours_and_addresses_get_one_spelling() -> None:
    content = said(address="1 Quay Street\n  Harbour Town,\n", light={"text": " ABC ", "link": "#AABBCC"})
    assert (content.light.text, content.light.link) == ("#aabbcc", "#aabbcc")
    assert content.address == "1 Quay Street, Harbour Town"


def test_every_pair_of_colours_is_legible_to_begin_with() -> None:
    assert [one.label for one in pairings_of(BrandContent(name="x", address="y")) if not one.is_enough] == []


def test_text_that_cannot_be_read_is_told_with_its_ratio() -> None:
    content = BrandContent.model_validate(
        {"name": "x", "address": "y", "light": {**said().stored()["light"], "text": "#777777", "surface": "#ffffff"}}
    )
    (bad,) = [one for one in pairings_of(content) if not one.is_enough]
    assert (bad.label, bad.shown_ratio, bad.needed) == ("Text", "4.4", 4.5)


@pytest.mark.parametrize(
    ("read", "changed", "told"),
    [("dark.text", "dark.text", True), ("dark", "dark.text", True), ("", "color", True), ("name", "names", False)],
)
def test_what_a_mail_shows(read: str, changed: str, told: bool) -> None:
    assert shows([read], changed) is told


def test_a_version_from_before_brands_keeps_what_the_settings_said() -> None:
    version = written()
    TemplateVersion.objects.filter(pk=version.pk).update(brand={}, brand_paths=None)
    load_version.cache_clear()
    assert "Postrider Ben" in html(version)
    assert [one.version.ref for one in uses_of(the_brand())] == ["sample@1"]


def test_a_brand_of_code_is_not_the_consoles() -> None:
    """After publishing again, a file is still what is sent."""
    written()
    change(name="Harbour")
    republish(the_brand(), author="cleo")
    assert sent().origin == Origin.CODE


def test_what_is_stored_can_always_be_read() -> None:
    brand = Brand(key="x", content={"name": "Old"})
    assert content_of(brand).light.text == BrandContent(name="x", address="y").light.text
