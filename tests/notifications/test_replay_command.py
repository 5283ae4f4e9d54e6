"""Does `manage.py replay` say first what it will do, and do just that?"""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config import clock
from notifications.delivery.deadletters import discard
from notifications.delivery.models import DeadLetter, Outbox
from tests.letters import bury_parcels
from tests.people import make_contacts

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.req("V5"),
]


@pytest.fixture(autouse=True)
def _three_dead(transactional_db: None, new_types: None) -> None:
    """Two out of tries at one provider, one refused at another."""
    ada, ben, cleo = make_contacts(3)
    bury_parcels([ada, ben], cause="out_of_tries", provider_key="mailgun")
    bury_parcels([cleo], cause="permanent_message", provider_key="resend")


def _replay(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("replay", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_dry_run_counts_and_changes_nothing() -> None:
    assert "3 mails can be sent again; at 0.5 a second this takes 6 s." in _replay("--dry-run", "--rate", "0.5")
    assert DeadLetter.objects.count() == 3


def test_with_yes_it_does_it() -> None:
    assert "3 mails queued again." in _replay("--yes")
    assert Outbox.objects.filter(generation=2).count() == 3


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (["--cause", "out_of_tries"], 2),
        (["--provider", "resend"], 1),
        (["--type", "parcel"], 3),
        (["--type", "other"], 0),
        (["--stream", "critical"], 0),
        (["--source", "campaign:42"], 0),
        (["--since", "1h"], 3),
        (["--since", "2040-01-01T00:00:00Z"], 0),
    ],
)
def test_it_takes_what_the_options_name(arguments: list[str], number: int) -> None:
    assert json.loads(_replay("--json", "--yes", *arguments))["replayed"] == number


def test_single_messages_can_be_named() -> None:
    one = str(DeadLetter.objects.values_list("pk", flat=True)[0])
    assert json.loads(_replay("--json", "--yes", "--message", one)) == {"replayed": 1, "refused": {}, "dry_run": False}


def test_what_cannot_go_is_said_in_words() -> None:
    one = DeadLetter.objects.values_list("pk", flat=True)[0]
    discard([one], at=clock.now())
    assert "1 mail cannot: it was discarded" in _replay("--dry-run", "--message", str(one))


def test_older_ones_are_left_alone() -> None:
    DeadLetter.objects.filter(cause="out_of_tries").update(died_at=clock.now() - timedelta(hours=7))
    assert json.loads(_replay("--json", "--yes", "--since", "6h"))["replayed"] == 1


def test_json_without_yes_is_refused() -> None:
    with pytest.raises(CommandError, match="add --yes"):
        _replay("--json")


@pytest.mark.parametrize("answer", ["", "n", "no"])
def test_without_a_yes_nothing_happens(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _prompt: answer)
    with pytest.raises(CommandError, match="Nothing was sent again"):
        _replay()
    assert DeadLetter.objects.count() == 3


@pytest.mark.parametrize(
    "arguments", [["--rate", "0"], ["--rate", "nan"], ["--since", "yesterday"], ["--message", "17"]]
)
def test_nonsense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        _replay("--yes", *arguments)
