"""What does manage.py preflight say, and how does it end?"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pydantic import BaseModel

from config.queues import Stream
from notifications.compose import sync
from notifications.delivery.models import PoolMember, Provider
from notifications.preflight_facts import gather_facts
from notifications.preflight_readers import made_up_readers
from preferences.models import Contact
from tests.notifications.compose.making import EMAILS, write_template
from tests.types import parcel_type, publish_template

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.req("T6"), pytest.mark.django_db]

GOOD = ("---", "subject: News", "preheader: Of the quay.", "---", "<mj-section><mj-column>", "<mj-text>Cups</mj-text>",
        "</mj-column></mj-section>")  # fmt: skip


def run(*arguments: str, **options: Any) -> tuple[int, str]:
    """Exit code and output."""
    out = io.StringIO()
    try:
        call_command("preflight", *arguments, "--offline", stdout=out, **options)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Write a template file into a project of its own, with the layouts of this one."""
    emails = tmp_path / sync.EMAILS
    emails.mkdir(parents=True)
    (emails / "layouts").symlink_to(EMAILS.resolve() / "layouts")
    settings.BASE_DIR = tmp_path
    return lambda name, *lines: write_template(emails, name, *lines)


@pytest.mark.parametrize("key", sorted(path.stem for path in EMAILS.glob("*.mjml")))
def test_our_own_templates_are_not_stopped(key: str) -> None:
    code, shown = run(key)
    assert code == 0
    assert "STOP" not in shown
    assert "contrast" not in shown


def test_all_files_are_looked_at_where_none_is_named() -> None:
    code, shown = run()
    assert code == 0
    assert all(path.stem in shown for path in EMAILS.glob("*.mjml"))


def test_a_stop_ends_with_1(write: Any) -> None:
    write("cups.mjml", *GOOD)
    assert run("cups")[0] == 0
    write("cups.mjml", *GOOD[:5], '<mj-button href="#">Cups</mj-button>', *GOOD[6:])
    code, shown = run("cups")
    assert code == 1
    assert "STOP  The link “Cups” leads to “#”, a placeholder. [link_placeholder]" in shown
    assert "templates/emails/cups.mjml:6, mj-button" in shown


def test_a_warning_ends_with_1_where_that_is_asked_for(write: Any) -> None:
    write("cups.mjml", *GOOD[:1], "subject: BIG NEWS", *GOOD[2:])
    assert run("cups")[0] == 0
    assert run("cups", "--fail-on", "warn")[0] == 1


def test_json_holds_every_finding(write: Any) -> None:
    write("cups.mjml", *GOOD[:1], "subject: BIG NEWS", *GOOD[2:])
    [told] = json.loads(run("cups", "--json")[1])
    [found] = [one for one in told["findings"] if one["code"] == "subject_capitals"]
    assert told["template"] == "cups"
    assert (found["severity"], found["file"], found["line"]) == ("warn", "templates/emails/cups.mjml", 2)
    assert found["sentence"]
    assert found["mend"]


def test_a_file_that_cannot_be_compiled_is_stopped(write: Any) -> None:
    write("cups.mjml", *GOOD[:5], "<mj-txt>Cups</mj-txt>", *GOOD[6:])
    code, shown = run("cups")
    assert code == 1
    assert "It cannot be compiled: unknown MJML tag <mj-txt>; did you mean <mj-text>?" in shown
    assert "templates/emails/cups.mjml:6" in shown


@pytest.mark.parametrize("named", ["ada@example.com", "id"])
def test_it_is_rendered_as_a_contact(write: Any, ada: Contact, named: str) -> None:
    write("cups.mjml", *GOOD[:5], "<mj-text>{{ contact.last_name }}</mj-text>", *GOOD[6:])
    _, shown = run("cups", "--as", str(ada.pk) if named == "id" else named)
    assert f"stays blank for 1 of 1 people: contact {ada.pk}" in shown


def test_nobody_of_that_name() -> None:
    with pytest.raises(CommandError, match="No contact has the address or id"):
        run("--as", "zoe@example.com")


def test_a_template_of_the_console_is_found_in_the_database() -> None:
    publish_template("parcel", subject="RE: PARCEL")
    assert "subject_answer" in run("parcel")[1]
    with pytest.raises(CommandError, match="no template 'nothing'"):
        run("nothing")


def test_what_is_only_good_to_know_can_be_left_out() -> None:
    assert "info" in run("welcome")[1]
    assert "  info" not in run("welcome", verbosity=0)[1]


def test_files_are_looked_at_without_a_database() -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    command = [sys.executable, "manage.py", "preflight", "welcome", "--offline"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **away}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "1 template: 0 stop" in ended.stdout


@pytest.mark.usefixtures("new_types")
def test_types_and_contacts_are_facts(ada: Contact) -> None:
    parcel_type(stream="notification", digest_template="parcels")
    Contact.objects.filter(pk=ada.pk).update(attributes={"plan": "pro"}, locale="de-AT")
    facts = gather_facts("parcel", {})
    assert [(kind.key, kind.stream) for kind in facts.kinds] == [("parcel", Stream.NOTIFICATION)]
    assert (facts.contact_fields, facts.locales) == (frozenset(("plan",)), {"de-AT": 1})
    [digest] = gather_facts("parcels", {}).kinds
    assert set(digest.payload.model_fields) == {"items", "total"}


@pytest.mark.usefixtures("new_types")
def test_the_domain_of_real_accounts_is_a_fact(settings: Any) -> None:
    settings.POSTRIDER_SENDERS = {"default": "Shop <hi@harbour.shop>"}
    parcel_type(stream="marketing")
    account = Provider.objects.create(key="one", kind="smtp", name="One", is_simulated=True)
    PoolMember.objects.create(provider=account, stream="marketing")
    assert gather_facts("parcel", {}).senders == ()
    Provider.objects.update(is_simulated=False)
    [sender] = gather_facts("parcel", {}).senders
    assert (sender.domain, sender.is_fit) == ("harbour.shop", False)


class Optional(BaseModel):
    number: str
    note: str = "none"


@pytest.mark.usefixtures("new_types")
def test_one_of_the_made_up_people_lacks_what_may_be_missing() -> None:
    parcel_type(event="parcel.lost", payload=Optional)
    full, bare = made_up_readers("parcel")
    assert full.variables["payload"] == {"number": "Number", "note": "Note"}
    assert bare.variables["payload"] == {"number": "Number", "note": "none"}
    assert bare.variables["contact"]["first_name"] == ""
