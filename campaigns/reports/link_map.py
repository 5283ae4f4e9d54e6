"""Where on the mail did people click? A mail of the report as it was sent, with each link's share drawn on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from campaigns.reports.figures import Axis, Report
from campaigns.reports.subjects import SOURCE, Subject
from config.ids import id_floor
from notifications.delivery.models import Call
from notifications.preview import inert, show_sent
from tracking.models import Figure, Link, Message

#: Mails that are tried until one is found whose content is kept.
MOST_TRIED = 5
_MARK = (
    '<span style="display:inline-block;margin:2px;padding:1px 6px;border-radius:9px;background:{ground};color:#ffffff;'
    'font:600 12px/1.4 system-ui,sans-serif;text-decoration:none;vertical-align:middle">{share}</span>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link of a version, how many people clicked it, and its share of all clicks."""

    number: int
    url: str  # "" for a personal one
    clicked: int
    scanner_clicked: int
    share: float
    people_url: str
    scanners_url: str
    places: int = 1  # where it stands in the mail: a link in a loop has one number

    @property
    def percent(self) -> str:
        """The share in words."""
        return f"{100 * self.share:.0f} %" if self.share >= 0.1 else f"{100 * self.share:.1f} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMap:
    """The links of one version, most clicked first, and the mail with the shares on it ("" where none is kept)."""

    version_id: UUID
    rows: tuple[LinkRow, ...]
    html: str
    others: int  # versions of the report that are not shown


def draw_links(report: Report) -> LinkMap | None:
    """The map of the version that was clicked most; None where nothing was."""
    counted = _by_version(report)
    if not counted:
        return None
    version_id = max(counted, key=lambda one: sum(clicked for clicked, _ in counted[one].values()))
    html = _specimen(report.subject, version_id)
    rows = _rows(report.subject, version_id, counted[version_id], places=_count_places(html))
    return LinkMap(version_id=version_id, rows=rows, html=_draw(html, rows), others=len(counted) - 1)


def _by_version(report: Report) -> dict[UUID, dict[int, tuple[int, int]]]:
    found: dict[UUID, dict[int, tuple[int, int]]] = {}
    for row in report.by(Axis.LINK):
        version, _, number = row.value.partition("/")
        if version and number.isdigit():
            pair = row.counts["clicked"], row.counts["scanner_clicked"]
            found.setdefault(UUID(version), {})[int(number)] = pair
    return found


def _rows(
    subject: Subject, version_id: UUID, counted: Mapping[int, tuple[int, int]], *, places: Counter[int]
) -> tuple[LinkRow, ...]:
    urls = dict(Link.objects.filter(version_id=version_id).values_list("number", "url"))
    total = sum(clicked for clicked, _ in counted.values())
    rows = [
        LinkRow(
            number=number, url=urls.get(number) or "", clicked=clicked, scanner_clicked=scanners,
            share=clicked / total if total else 0.0, places=max(places[number], 1),
            people_url=subject.people_url("clicked", "link", f"{version_id}/{number}"),
            scanners_url=subject.people_url("scanner_clicked", "link", f"{version_id}/{number}"),
        )
        for number, (clicked, scanners) in counted.items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.clicked, row.number)))


def _specimen(subject: Subject, version_id: UUID) -> str:
    """What somebody was sent of this version, from a cohort in which it was clicked; "" where no values are kept."""
    own = {"source": subject.key} if subject.kind == SOURCE else {"type_key": subject.key}
    clicked = Figure.objects.filter(axis=Axis.LINK, value__startswith=f"{version_id}/", **own)
    cohort = clicked.order_by("-cohort").values_list("cohort", flat=True).first()
    if cohort is None:
        return ""
    mails = Message.objects.filter(
        pk__gte=id_floor(cohort), pk__lt=id_floor(cohort + timedelta(hours=1)), template_version_id=version_id, **own
    ).exclude(call_ids=[])
    for mail in mails[:MOST_TRIED]:
        for call in Call.objects.filter(pk__in=mail.call_ids).select_related("provider"):
            if (shown := show_sent(call, mail.pk)) and shown.html:
                return shown.html
    return ""


def _links() -> re.Pattern[str]:
    return re.compile(rf'<a\b[^<>]*href="{re.escape(settings.POSTRIDER_PUBLIC_URL)}/c/[\w-]+/(\d+)[^"<>]*"[^<>]*>')


def _count_places(text: str) -> Counter[int]:
    return Counter(int(found[1]) for found in _links().finditer(text))


def _draw(text: str, rows: Sequence[LinkRow]) -> str:
    """Put number and share of each link behind the start of its `<a>`, the stronger the more it was clicked."""
    shares = {row.number: row for row in rows}
    most = max((row.share for row in rows), default=0.0)

    def marked(found: re.Match[str]) -> str:
        row = shares.get(int(found[1]))
        share = f"{found[1]}: {row.percent if row else '0 %'}"
        strength = row.share / most if row and most else 0.0
        ground = f"hsl(221, {20 + 63 * strength:.0f}%, {46 - 6 * strength:.0f}%)"
        return found[0] + _MARK.format(ground=ground, share=share)

    return inert(_links().sub(marked, text)) if text else ""
