"""Is every variable one that the mail will have?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from notifications.compose.loading import DOCUMENTS, MARKUP
from notifications.compose.preflight.findings import Finding, Place, Severity
from notifications.compose.preflight.inspection import Inspection, Kind
from notifications.compose.preflight.scopes import read_variables
from notifications.compose.preflight.shapes import missing_at
from notifications.compose.reading import Reading

ROOTS = ("contact", "payload", "brand", "unsubscribe_url", "preferences_url", "web_version_url", "message_id")
_NAMED = 3
CONTACT = ("email", "first_name", "last_name", "locale", "time_zone")


def check(inspection: Inspection) -> Iterator[Finding]:
    read = variables_of(inspection)
    for path in sorted(read, key=spell):
        yield from _check(inspection, path)
    yield from _check_eventless(inspection, sorted((one for one in read if one[0] == "payload"), key=spell))
    if not inspection.facts.kinds and any(path[0] == "payload" for path in read):
        yield Finding(
            code="template_unused", severity=Severity.INFORM,
            sentence="No notification type uses this template, so nobody knows what its payload holds.",
            mend="Name it in a type's `template` or `digest_template`.",
        )  # fmt: skip


def variables_of(inspection: Inspection) -> set[Reading]:
    """The paths that the mail's documents read."""
    compiled = inspection.compiled
    return {path for name in DOCUMENTS for path in read_variables(getattr(compiled, name), is_html=name in MARKUP)}


def _check(inspection: Inspection, path: Reading) -> Iterator[Finding]:
    root, *rest = path
    if root == "payload":
        yield from _check_payload(inspection, path)
    elif root == "contact" and rest:
        yield from _check_contact(inspection, path)
    elif root == "brand" and rest and rest[0] not in inspection.facts.brand:
        known = ", ".join(inspection.facts.brand)
        yield _unknown(inspection, path, f"the brand has {known}")
    elif root not in ROOTS:
        yield _unknown(inspection, path, f"a mail has {', '.join(ROOTS)}")


def _check_payload(inspection: Inspection, path: Reading) -> Iterator[Finding]:
    for kind in inspection.facts.kinds:
        if _has_no_payload(kind):
            continue  # one finding for all of them
        reason = missing_at(kind.payload, path[1:])
        if reason is not None:
            yield Finding(
                code="variable_unknown", severity=Severity.STOP, place=_place(inspection, path),
                sentence=f"{{{{ {spell(path)} }}}} does not exist in mail of the type {kind.key}: {reason}.",
                mend="Correct its name, or add the field to the event's payload.",
            )  # fmt: skip


def _has_no_payload(kind: Kind) -> bool:
    return not kind.payload.model_fields and kind.payload.model_config.get("extra") != "allow"


def _check_eventless(inspection: Inspection, paths: list[Reading]) -> Iterator[Finding]:
    """What is read from an event, in mail that comes of none, or of one that carries nothing."""
    if not paths:
        return
    named = ", ".join(f"{{{{ {spell(one)} }}}}" for one in paths[:_NAMED])
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    for kind in filter(_has_no_payload, inspection.facts.kinds):
        yield Finding(
            code="variable_unknown", severity=Severity.STOP, place=_place(inspection, paths[0]),
            sentence=f"It takes {named}{more} from an event, and {kind.key} has none.",
            mend="Choose a template that needs no event, or take them out of this one.",
        )  # fmt: skip


def _check_contact(inspection: Inspection, path: Reading) -> Iterator[Finding]:
    name, known = path[1], inspection.facts.contact_fields
    if name is None or name in CONTACT or known is None or name in known:
        return
    close = difflib.get_close_matches(str(name), (*CONTACT, *sorted(known)), n=1)
    yield Finding(
        code="contact_unknown", severity=Severity.WARN, place=_place(inspection, path),
        sentence=f"No contact has “{name}”" + (f"; did you mean “{close[0]}”?" if close else "."),
        mend="Correct the name, or give it a default until contacts have it.",
    )  # fmt: skip


def _unknown(inspection: Inspection, path: Reading, known: str) -> Finding:
    return Finding(
        code="variable_unknown", severity=Severity.STOP, place=_place(inspection, path),
        sentence=f"{{{{ {spell(path)} }}}} does not exist: {known}.", mend="Correct its name.",
    )  # fmt: skip


def spell(path: Reading) -> str:
    """As people write it; [] stands for each item of a list."""
    spelt = "".join("[]" if one is None else f"[{one}]" if isinstance(one, int) else f".{one}" for one in path)
    return spelt.lstrip(".")


def _place(inspection: Inspection, path: Reading) -> Place | None:
    """Where it is written: whole, or by the part after the loop's own name for it."""
    names = [one for one in path if isinstance(one, str)]
    whole = r"\.".join(map(re.escape, names))
    return inspection.places.find_source(rf"\b{whole}\b") or inspection.places.find_source(
        rf"\{{[{{%][^}}]*\.{re.escape(names[-1])}\b"
    )
