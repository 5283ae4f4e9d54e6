"""The cause is mended: how are the dead letters sent after all? A dry run says how many, then they are queued again."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from config import clock
from config.queues import STREAMS
from notifications.deadletter_filters import Letters
from notifications.deadletter_plan import refused_in_words, take_time
from notifications.delivery.deadletters import Replay, count_replayable, replay
from notifications.delivery.models import DeadLetter

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    help = "Send dead letters again, once their cause is mended. Says first how many; --dry-run says no more than that."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cause", help="reason code, as out_of_tries or permanent_message")
        parser.add_argument("--type", help="notification type")
        parser.add_argument("--stream", choices=STREAMS)
        parser.add_argument("--provider", help="key of the account that refused them")
        parser.add_argument("--source", help='what caused them, as "campaign:42"')
        parser.add_argument("--since", help="died since then: 90m, 6h, 2d, or a time as in 2026-11-22T10:00:00Z")
        parser.add_argument("--message", action="append", metavar="ID", help="one message; may be given again")
        parser.add_argument("--rate", type=float, metavar="N", help="mails a second; without it, as fast as they go")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and do nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--json", action="store_true", help="print one JSON object (asks nothing: needs --yes)")

    def handle(self, *, rate: float | None, dry_run: bool, yes: bool, **options: Any) -> None:
        if rate is not None and not (rate > 0 and math.isfinite(rate)):
            raise CommandError("The rate is a number of mails a second, above 0.")
        at = clock.now()
        letters = _find(options, at=at)
        dry = count_replayable(letters, at=at)
        if not options["json"]:
            self._announce(dry, rate)
        if dry_run or not dry.replayed:
            self._finish(dry, is_done=False, as_json=options["json"])
            return
        self._make_sure(yes=yes, as_json=options["json"], number=dry.replayed)
        ids = list(letters.order_by("died_at", "pk").values_list("pk", flat=True))
        self._finish(replay(ids, at=clock.now(), per_second=rate), is_done=True, as_json=options["json"])

    def _announce(self, dry: Replay, rate: float | None) -> None:
        takes = take_time(dry.replayed, rate)
        pace = f"; at {rate:g} a second this takes {takes}" if takes else ""
        self.stdout.write(f"{_mails(dry.replayed)} can be sent again{pace}.")
        for count, words in refused_in_words(dry.refused):
            self.stdout.write(f"{_mails(count)} cannot: {words}.")

    def _make_sure(self, *, yes: bool, as_json: bool, number: int) -> None:
        if yes:
            return
        if as_json:
            raise CommandError("With --json nothing is asked: add --yes, or --dry-run.")
        if input(f"Send {_mails(number)} again? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was sent again.")

    def _finish(self, done: Replay, *, is_done: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"replayed": done.replayed, "refused": done.refused, "dry_run": not is_done}))
        elif is_done:
            self.stdout.write(self.style.SUCCESS(f"{_mails(done.replayed)} queued again."))
            for count, words in refused_in_words(done.refused):
                self.stdout.write(f"{_mails(count)} not: {words}.")


def _find(options: dict[str, Any], *, at: datetime) -> Letters:
    """The dead letters that are meant; discarded ones only when named."""
    wanted = {
        "cause": options["cause"], "type_key": options["type"], "stream": options["stream"],
        "provider_key": options["provider"], "source": options["source"],
    }  # fmt: skip
    letters = DeadLetter.objects.filter(**{name: value for name, value in wanted.items() if value}, died_at__lte=at)
    if options["since"]:
        letters = letters.filter(died_at__gte=_read_since(options["since"], at=at))
    if options["message"]:
        return letters.filter(pk__in=[_read_id(text) for text in options["message"]])
    return letters.filter(discarded_at=None)


def _read_since(text: str, *, at: datetime) -> datetime:
    number, unit = text[:-1], text[-1:]
    if number.isdigit() and unit in _UNITS:
        return at - timedelta(**{_UNITS[unit]: int(number)})
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError("Give --since as 90m, 6h, 2d, or a time with its zone, as in 2026-11-22T10:00:00Z.")
    return moment


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no message id; it looks like 0192f0c1-….") from None


def _mails(number: int) -> str:
    return f"{number} mail" if number == 1 else f"{number} mails"
