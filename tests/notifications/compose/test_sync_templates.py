from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from notifications.compose.brands.republishing import republish
from notifications.compose.brands.saving import make_brand
from notifications.compose.checks import check_templates
from notifications.compose.models import Origin, Template
from notifications.compose.publications import _published_versions, current_version, publish_version
from notifications.compose.versions import publish
from tests.brands import change, the_brand
from tests.notifications.compose.making import LAYOUT, source, text, write_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def emails(tmp_path, settings, monkeypatch):
    """A project of its own, with one layout and no apps' templates."""
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr("notifications.compose.sync.apps.get_app_configs", list)
    write_template(tmp_path, "templates/emails/layouts/base.mjml", LAYOUT)
    return tmp_path / "templates" / "emails"


def write(emails, name, *, subject="Hi", body="Hello"):
    return write_template(emails, name, "---", f"subject: {subject}", "---", text(body))


def forget():
    _published_versions.cache_clear()


def sync(capsys, *options):
    call_command("sync_templates", *options)
    forget()
    return capsys.readouterr().out


def test_files_are_published_once(emails, capsys):
    write(emails, "one.mjml")
    assert "published one@1" in sync(capsys)
    assert sync(capsys) == "0 changed, 1 unchanged\n"


def test_a_change_to_the_layout_publishes_its_templates(emails, capsys):
    write(emails, "one.mjml")
    sync(capsys)
    write_template(emails, "layouts/base.mjml", LAYOUT.replace("<mj-body>", '<mj-body background-color="#eee">'))
    assert "published one@2" in sync(capsys)


def test_check_says_what_would_change_and_changes_nothing(emails, capsys):
    write(emails, "one.mjml")
    assert "would publish one" in sync(capsys, "--check")
    assert not Template.objects.exists()


def test_a_faulty_file_is_named_and_the_others_are_published(emails, capsys):
    write(emails, "bad.mjml")
    sync(capsys)
    write(emails, "bad.mjml", body="\n{{ a | shout }}")
    write(emails, "good.mjml")
    with pytest.raises(CommandError):
        call_command("sync_templates")
    told = capsys.readouterr()
    assert "templates/emails/bad.mjml:5: Liquid: unknown filter 'shout'" in told.err
    assert "published good@1" in told.out
    assert list(Template.objects.filter(key="bad").values_list("publications__version__number", flat=True)) == [1]


def test_a_key_in_two_places_is_a_fault(emails, capsys, monkeypatch):
    write(emails, "one.mjml")
    other = write(emails.parents[2] / "app" / "templates" / "emails", "one.mjml").parents[2]
    app = type("App", (), {"path": str(other)})
    monkeypatch.setattr("notifications.compose.sync.apps.get_app_configs", lambda: [app])
    with pytest.raises(CommandError):
        call_command("sync_templates")
    assert "the template `one` is already in templates/emails/one.mjml" in capsys.readouterr().err


def test_a_template_of_the_console_is_not_overwritten_until_it_is_reclaimed(emails, capsys):
    Template.objects.create(key="one", name="One", source="console")
    write(emails, "one.mjml")
    assert "differs: one: the console's version is sent, not the file" in sync(capsys)
    assert "published one@1" in sync(capsys, "--reclaim", "one")
    assert sync(capsys) == "0 changed, 1 unchanged\n"


def test_what_was_published_in_the_console_stays_when_the_file_changes(emails, capsys):
    write(emails, "one.mjml")
    sync(capsys)
    publish("one", replace(source(text("Ours")), key="one"), author="ada", origin=Origin.CONSOLE)
    write(emails, "one.mjml", subject="Newer")
    assert "differs: one: the console's version" in sync(capsys, "--check")
    sync(capsys)
    assert current_version("one").author == "ada"


def test_an_older_version_that_was_published_again_stays_until_the_file_changes(emails, capsys):
    write(emails, "one.mjml")
    sync(capsys)
    first = current_version("one")
    write(emails, "one.mjml", subject="Bad")
    sync(capsys)
    publish_version(first, author="ada")
    assert "differs: one: an older version was published again" in sync(capsys)
    write(emails, "one.mjml", subject="Good")
    assert "published one@3" in sync(capsys)


def test_a_variant_lies_beside_its_template(emails, capsys):
    write(emails, "one.mjml")
    write(emails, "one.de.mjml", subject="Hallo")
    assert "2 changed" in sync(capsys)
    assert current_version("one", "de-AT").subject_source == "Hallo"
    assert current_version("one", "fr").subject_source == "Hi"


def test_a_variant_whose_file_is_gone_is_withdrawn(emails, capsys):
    write(emails, "one.mjml")
    variant = write(emails, "one.de.mjml", subject="Hallo")
    sync(capsys)
    variant.unlink()
    assert "would withdraw one.de" in sync(capsys, "--check")
    assert "withdrew one.de" in sync(capsys)
    forget()
    assert current_version("one", "de").subject_source == "Hi"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("one.de.mjml", "a variant for de needs `one.mjml`"),
        ("one.pt_br.mjml", "did you mean `one.pt-BR.mjml`?"),
        ("one.german.mjml", "is no locale"),
    ],
)
def test_a_variant_must_be_named_well(emails, capsys, name, reason):
    write(emails, name)
    with pytest.raises(CommandError):
        call_command("sync_templates")
    assert reason in capsys.readouterr().err


def test_the_system_check_names_the_line(emails):
    write(emails, "bad.mjml", body="{{ a")
    (message,) = check_templates()
    assert (message.id, message.msg) == ("compose.E001", "templates/emails/bad.mjml:4: `{{` is never closed")


def test_a_changed_brand_is_no_drift_and_a_repeated_file_is_still_the_file(emails, capsys):
    write(emails, "one.mjml", body="{{ brand.name }}")
    sync(capsys)
    change(name="Harbour")
    assert sync(capsys) == "0 changed, 1 unchanged\n"
    republish(the_brand(), author="ada")
    assert sync(capsys) == "0 changed, 1 unchanged\n"
    assert current_version("one").brand["name"] == "Harbour"


def test_a_file_that_names_another_brand_is_published_in_it(emails, capsys):
    make_brand("outlet", name="Outlet", author="ada")
    write(emails, "one.mjml", body="{{ brand.name }}")
    sync(capsys)
    write_template(emails, "one.mjml", "---", "subject: Hi", "brand: outlet", "---", text("{{ brand.name }}"))
    assert "published one@2" in sync(capsys)
    assert current_version("one").brand["name"] == "Outlet"
    assert sync(capsys) == "0 changed, 1 unchanged\n"
