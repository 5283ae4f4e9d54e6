from __future__ import annotations

import pytest

from notifications.compose.drafts.saving import content_at, copy_to_edit
from notifications.compose.findings import SourceFault
from notifications.compose.models import Template, TemplateVersion, VersionIsImmutable
from notifications.compose.render import load_version
from notifications.compose.versions import UnknownTemplate, current_version_id, publish
from tests.notifications.compose.making import TOKEN, Mail, source, text
from tracking.models import Link

pytestmark = pytest.mark.django_db

BODY = text('<a href="https://a.example">a</a><a href="{{ u }}">b</a>')


def publish_sample(body=BODY, **fields):
    return publish("sample", source(body, **fields), author="ada")


def test_publishing_makes_a_version_with_its_links():
    version = publish_sample()
    assert version.ref == "sample@1"
    assert Template.objects.get(key="sample").published == version
    links = Link.objects.filter(version_id=version.pk).order_by("number").values_list("number", "url")
    assert list(links) == [(1, "https://a.example"), (2, None)]


def test_the_same_source_makes_no_new_version():
    assert publish_sample() == publish_sample()
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize("change", [{"subject": "Other"}, {"preheader": "p"}, {"defaults": {"a": 1}}, {"text": "t"}])
def test_any_change_makes_a_new_version(change):
    publish_sample()
    assert publish_sample(**change).number == 2


def test_going_back_to_an_older_source_is_a_new_version_too():
    publish_sample()
    publish_sample(subject="Other")
    assert publish_sample().number == 3


@pytest.mark.parametrize("name", ["subject", "preheader"])
def test_a_line_that_no_draft_may_hold_is_refused_so_that_all_can_be_copied_to_edit(name):
    version = publish_sample(**{name: "a" * 1000})
    draft = copy_to_edit(version, author="ada")
    assert getattr(content_at(draft), name) == "a" * 1000
    with pytest.raises(SourceFault, match=f"the {name} has 1,001 characters, Liquid and all; it may have 1,000"):
        publish_sample(**{name: "a" * 1001})


def test_a_fault_leaves_the_last_good_version_published():
    version = publish_sample()
    with pytest.raises(SourceFault):
        publish_sample(text("{{ a"))
    assert Template.objects.get(key="sample").published == version


def test_a_version_never_changes():
    version = publish_sample()
    version.note = "changed"
    with pytest.raises(VersionIsImmutable):
        version.save()


def test_loading_takes_one_query_a_process(django_assert_num_queries, settings):
    version = publish_sample()
    with django_assert_num_queries(1):
        load_version(version.pk, tracked=True)
        loaded = load_version(version.pk, tracked=True)
    assert f"{settings.POSTRIDER_PUBLIC_URL}/c/{TOKEN}/1" in Mail(loaded, u="https://u.example").html


def test_without_tracking_the_same_version_has_its_own_links():
    version = publish_sample()
    assert 'href="https://a.example"' in Mail(load_version(version.pk, tracked=False)).html


def test_the_current_version_is_the_published_one(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = publish_sample()
    assert current_version_id("sample") == first.pk
    with django_capture_on_commit_callbacks(execute=True):
        second = publish_sample(subject="Other")
    assert current_version_id("sample") == second.pk


def test_an_unknown_template_is_told():
    with pytest.raises(UnknownTemplate):
        current_version_id("nowhere")
