"""Do the pages that a mail leads to answer?"""

from __future__ import annotations

from collections.abc import Iterator

from config.outbound import Answer, Refusal
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import Link, read_links

#: Pages behind a login, and hosts that turn programs away: there is a page, but we may not see it.
GUARDED = frozenset((401, 403, 405, 406, 429, 451, 999))
#: Said of the address, not of the host: nothing that a second try could mend.
HOPELESS = frozenset(("scheme", "credentials", "malformed", "odd_number", "unknown_host", "certificate", "redirects"))


def check(inspection: Inspection) -> Iterator[Finding]:
    answers = inspection.answers
    if answers is None:
        return
    seen = set()
    for link in read_links(inspection):
        answer = answers.get(link.address)
        if answer is not None and link.is_known and link.address not in seen:
            seen.add(link.address)
            yield from _judge(link, answer)


def _judge(link: Link, answer: Answer | Refusal) -> Iterator[Finding]:
    if isinstance(answer, Refusal):
        yield _refused(link, answer)
    elif answer.status in GUARDED:
        yield _finding(link, "link_guarded", Severity.INFORM, f"answers {answer.status} to a program",
                       "Open it in a browser without login, as your readers will.")  # fmt: skip
    elif answer.status >= 500:
        yield _finding(link, "link_broken", Severity.WARN, f"answers {answer.status}: the server has trouble",
                       "Look at the page; check again before you send.")  # fmt: skip
    elif answer.status >= 400:
        yield _finding(link, "link_broken", Severity.STOP, f"answers {answer.status}: there is no such page",
                       "Correct the address, or publish the page first.")  # fmt: skip
    elif answer.url.startswith("http://") and link.address.startswith("https://"):
        yield _finding(link, "link_downgrade", Severity.WARN, f"ends unencrypted, at {answer.url}",
                       "Link to where the page is, or mend its redirect.")  # fmt: skip
    elif len(answer.hops) > 3:
        yield _finding(link, "link_redirects", Severity.INFORM, f"takes {len(answer.hops) - 1} redirects",
                       f"Link to {answer.url} at once: it is faster, and looks better to spam filters.")  # fmt: skip


def _refused(link: Link, refusal: Refusal) -> Finding:
    severity = Severity.STOP if refusal.code in HOPELESS else Severity.WARN
    where = f" (after a redirect to {refusal.url})" if refusal.url != link.address else ""
    return _finding(link, "link_unreachable", severity, f"could not be opened{where}: {refusal.reason.rstrip('.')}",
                    "Open it in a browser; correct the address where it does not open there either.")  # fmt: skip


def _finding(link: Link, code: str, severity: Severity, what: str, mend: str) -> Finding:
    return Finding(code=code, severity=severity, sentence=f"{link.address} {what}.", mend=mend, place=link.place)
