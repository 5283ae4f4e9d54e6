from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.compose.locales import LOCALE, locale_chain, normal_locale
from notifications.compose.models import PlannedPublication, Publication
from notifications.compose.publications import (
    UnknownTemplate,
    _published_versions,
    current_version_id,
    plan_publication,
    publish_due,
    publish_version,
    withdraw,
)
from notifications.compose.versions import make_version, publish
from tests.notifications.compose.making import source, text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(locale="", *, subject="Hi"):
    return publish("sample", replace(source(text("Hello"), subject=subject), locale=locale), author="ada")


def current(locale=""):
    _published_versions.cache_clear()
    return current_version_id("sample", locale)


@pytest.mark.parametrize(
    ("written", "chain"),
    [
        ("pt-BR", ("pt-BR", "pt", "")),
        ("pt_br.UTF-8", ("pt-BR", "pt", "")),
        ("zh-hant-tw", ("zh-Hant-TW", "zh-Hant", "zh", "")),
        ("de", ("de", "")),
        ("", ("",)),
        ("<script>", ("",)),
    ],
)
def test_the_chain_of_a_locale(written, chain):
    assert locale_chain(written) == chain


@settings(deadline=None)
@given(st.text() | st.from_regex(LOCALE, fullmatch=True))
def test_a_normal_locale_stays_as_it_is(written):
    once = normal_locale(written)
    assert normal_locale(once) == once
    assert locale_chain(written)[-1] == ""


@pytest.mark.django_db
def test_people_get_the_nearest_variant():
    everybody, portuguese = made(), made("pt", subject="Oi")
    assert current("pt-BR") == portuguese.pk
    assert current("fr") == everybody.pk


@pytest.mark.django_db
def test_a_variant_alone_is_not_for_everybody():
    made("pt")
    with pytest.raises(UnknownTemplate):
        current("fr")


@pytest.mark.django_db
def test_all_locales_of_a_template_cost_one_query(django_assert_num_queries):
    made()
    _published_versions.cache_clear()
    with django_assert_num_queries(1):
        assert current_version_id("sample", "de") == current_version_id("sample", "pt-BR")


@pytest.mark.django_db
def test_rolling_back_publishes_an_older_version_again():
    first, second = made(), made(subject="Bad")
    assert current() == second.pk
    publish_version(first, author="ben")
    assert current() == first.pk
    assert Publication.objects.get().author == "ben"


@pytest.mark.django_db
def test_a_withdrawn_variant_falls_back():
    everybody, _ = made(), made("de")
    withdraw("sample", "de")
    assert current("de") == everybody.pk
    with pytest.raises(ValueError, match="for everybody"):
        withdraw("sample", "")


@pytest.mark.django_db
def test_a_planned_version_is_published_at_its_time_and_once():
    first = made()
    later = make_version(source(text("Later")), author="ada")
    plan_publication(later, due_at=NOON, author="ada")
    assert publish_due(at=NOON - timedelta(seconds=1)) == 0
    assert current() == first.pk
    assert (publish_due(at=NOON), publish_due(at=NOON)) == (1, 0)
    assert current() == later.pk


@pytest.mark.django_db
def test_a_new_plan_replaces_the_one_before():
    first = made()
    plan_publication(first, due_at=NOON, author="ada")
    plan_publication(first, due_at=NOON + timedelta(days=1), author="ada")
    assert PlannedPublication.objects.get().due_at == NOON + timedelta(days=1)
