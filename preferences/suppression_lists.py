"""How is a whole list of addresses suppressed, and lifted again? Looked through first, then written slice by slice.

It writes what `suppression.suppress` writes, in statements for thousands of lines: each slice is a transaction that
makes the missing contacts, takes the locks where senders stop, and suppresses. A slice that is not finished is not
begun, so it may be stopped, killed and run twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from config import vault
from preferences.holdings import Holding, Traces, register_holding
from preferences.list_reading import AddressFile, BadFile
from preferences.models import Suppression, SuppressionLine, SuppressionList
from preferences.signals import suppressed

State = SuppressionList.State

#: Lines, or suppressions to be lifted, that one transaction takes.
SLICE = 20_000
#: A list that nobody pressed the button for is forgotten after a day, its faulty lines after a month.
UNDECIDED_FOR, FAULTS_FOR = timedelta(days=1), timedelta(days=30)

_COPY = "COPY preferences_suppressionline (list_id, number, email, address, digest, fault, excerpt) FROM STDIN"


@transaction.atomic
def read_list(file: AddressFile, *, name: str, scope: Suppression.Scope, note: str, by: int | None) -> SuppressionList:
    """Look an uploaded file through, and keep what was found until somebody decides. Raises BadFile."""
    made = SuppressionList.objects.create(file_name=name[:120], scope=scope, note=note[:200], created_by=by)
    made.lines, made.faulty, made.last_number = _store_lines(made.pk, file)
    if not made.lines:
        raise BadFile("There is no address in the file, only a header.")
    made.encoding, made.header = file.encoding, file.header
    distinct, made.known = _count(made)
    made.repeated = made.lines - made.faulty - distinct
    made.fresh = distinct - made.known
    made.save()
    return made


def _store_lines(list_id: int, file: AddressFile) -> tuple[int, int, int]:
    """How many lines there are, how many of them faulty, and the number of the last."""
    lines = faulty = last = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for one in file.read():
            digest = vault.address_digest(one.address) if one.address else None
            email = one.email.replace("\0", "")[:254]
            copy.write_row((list_id, one.number, email, one.address, digest, one.fault[:200], one.excerpt[:80]))
            lines, faulty, last = lines + 1, faulty + bool(one.fault), one.number
    return lines, faulty, last


def _count(one: SuppressionList) -> tuple[int, int]:
    """How many different addresses there are, and how many of them are suppressed already, or erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM preferences_suppression s"
            " WHERE s.address_digest = l.digest AND s.lifted_at IS NULL AND (s.scope = %s OR s.reason = 'erased')))"
            " FROM (SELECT DISTINCT digest FROM preferences_suppressionline WHERE list_id = %s AND fault = '') l",
            [one.scope, one.pk],
        )
        distinct, known = cursor.fetchone()
    return distinct, known


def start(list_id: int, *, at: datetime) -> bool:
    """Have a list that was looked through suppressed, or one that was stopped go on; whether that is new."""
    waiting = SuppressionList.objects.filter(pk=list_id, state__in=(State.READ, State.STOPPED))
    return bool(waiting.update(state=State.RUNNING, started_at=at))


def stop(list_id: int) -> bool:
    """Let no further slice begin; what was suppressed stays so."""
    return bool(SuppressionList.objects.filter(pk=list_id, state=State.RUNNING).update(state=State.STOPPED))


def lift_list(list_id: int, *, note: str, by: int | None, at: datetime) -> bool:
    """Have everything that the list suppressed lifted, with a note; whether that is new."""
    done = SuppressionList.objects.filter(pk=list_id, state__in=(State.DONE, State.STOPPED))
    return bool(done.update(state=State.LIFTING, lift_note=note[:200], lifted_by=by, started_at=at, finished_at=None))


def drop(list_id: int) -> bool:
    """Forget a list that was only looked through."""
    return bool(SuppressionList.objects.filter(pk=list_id, state=State.READ).delete()[0])


def work_on_lists(*, at: datetime, seconds: float = 2.0) -> int:
    """Do slices of lists that are under way, for about so long; return how many."""
    deadline, slices = time.monotonic() + seconds, 0
    under_way = SuppressionList.objects.filter(state__in=_STEPS).order_by("pk").values_list("pk", flat=True)
    for list_id in list(under_way):
        while time.monotonic() < deadline and _do_slice(list_id, at=at):
            slices += 1
    return slices


@transaction.atomic
def _do_slice(list_id: int, *, at: datetime) -> bool:
    """One slice; False where nothing is left, somebody else is at it, or it was stopped."""
    rows = SuppressionList.objects.select_for_update(skip_locked=True).filter(pk=list_id, state__in=_STEPS)
    one = rows.first()
    if one is None:
        return False
    _STEPS[one.state](one, at)
    one.save()
    return one.state in _STEPS


def _suppress_slice(one: SuppressionList, at: datetime) -> None:
    through = one.done_through + SLICE
    given: dict[str, int | str | None] = {
        "list": one.pk, "after": one.done_through, "through": through, "scope": one.scope, "note": one.note,
        "by": one.created_by,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_MAKE_CONTACTS, _LOCK_CONTACTS, _SUPPRESS):
            cursor.execute(statement, given)
        one.added += cursor.rowcount
        made = [row[0] for row in cursor.fetchall()] if suppressed.has_listeners(Suppression) else []
        cursor.execute(_CLEAR, given)
    for suppression in Suppression.objects.filter(pk__in=made).select_related("contact"):
        suppressed.send(sender=Suppression, contact=suppression.contact, suppression=suppression)
    one.done_through = through
    if one.done_through >= one.last_number:
        one.state, one.finished_at = State.DONE, at


def _lift_slice(one: SuppressionList, at: datetime) -> None:
    standing = Suppression.objects.filter(list=one, lifted_at=None).order_by("pk").values_list("pk", flat=True)[:SLICE]
    number = Suppression.objects.filter(pk__in=standing).update(
        lifted_at=at, lift_note=one.lift_note, lifted_by=one.lifted_by
    )
    one.lifted += number
    if number < SLICE:
        one.state, one.finished_at = State.LIFTED, at


_STEPS: dict[str, Callable[[SuppressionList, datetime], Any]] = {
    State.RUNNING: _suppress_slice,
    State.LIFTING: _lift_slice,
}

_LINES = (
    "preferences_suppressionline l WHERE l.list_id = %(list)s AND l.number > %(after)s AND l.number <= %(through)s"
    " AND l.fault = ''"
)
#: Not for those whose owner was erased: there is nobody to be written to, and the digest goes on holding.
_MAKE_CONTACTS = f"""
    WITH lines AS (SELECT DISTINCT ON (digest) email, address, digest FROM {_LINES} ORDER BY digest)
    INSERT INTO preferences_contact
        (email, address, address_digest, first_name, last_name, attributes, locale, time_zone)
    SELECT email, address, digest, '', '', '{{}}', '', '' FROM lines
    WHERE NOT EXISTS (SELECT FROM preferences_contact c WHERE c.address = lines.address)
    AND NOT EXISTS (SELECT FROM preferences_suppression s WHERE s.address_digest = lines.digest
                    AND s.lifted_at IS NULL AND s.reason = 'erased')
    ORDER BY address ON CONFLICT (address) DO NOTHING
"""
_THEIRS = f"SELECT l.address FROM {_LINES}"
#: Those that were just made are seen by nobody yet.
_LOCK_CONTACTS = f"""
    SELECT count(*) FROM (SELECT 1 FROM preferences_contact c WHERE c.address IN ({_THEIRS})
                          AND c.xmin <> pg_current_xact_id()::xid ORDER BY c.id FOR NO KEY UPDATE) locked
"""
_SUPPRESS = f"""
    INSERT INTO preferences_suppression
        (address_digest, contact_id, scope, reason, detail, created_by, list_id, lift_note)
    SELECT c.address_digest, c.id, %(scope)s, 'import', %(note)s, %(by)s, %(list)s, ''
    FROM preferences_contact c WHERE c.address IN ({_THEIRS}) ORDER BY c.id
    ON CONFLICT (address_digest, scope) WHERE lifted_at IS NULL DO NOTHING RETURNING id
"""
_CLEAR = f"DELETE FROM {_LINES}"


def register() -> None:
    """Have lines of lists that wait looked through when somebody is erased."""
    register_holding(Holding(name="suppression lists", erase=_erase_lines))


def _erase_lines(traces: Traces, limit: int) -> int:
    """A line of a list is gone as soon as it is worked off; until then it holds an address."""
    named = Q(address__in=traces.addresses)
    for text in traces.texts:
        named |= Q(excerpt__icontains=text)
    if not traces.texts:
        return 0
    rows = SuppressionLine.objects.filter(named).order_by().values_list("pk", flat=True)[:limit]
    return SuppressionLine.objects.filter(pk__in=list(rows)).delete()[0]


def forget_lists(*, at: datetime) -> int:
    """Delete lists that nobody decided on, and faulty lines that nobody will look at any more; how many rows."""
    undecided = SuppressionList.objects.filter(state=State.READ, created_at__lt=at - UNDECIDED_FOR)
    old = SuppressionLine.objects.filter(list__finished_at__lt=at - FAULTS_FOR)
    return undecided.delete()[0] + old.delete()[0]
