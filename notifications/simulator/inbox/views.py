"""What do the inbox's pages look like? Every value is escaped where it is put in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import cast
from urllib.parse import urlencode

from notifications.simulator.inbox import phone
from notifications.simulator.inbox.phone import is_text
from notifications.simulator.links import find_links
from notifications.simulator.shapes import Accept, Mail

Listed = Sequence[tuple[Accept, Mail | None]]
# Buttons of the mail page: action, label, what happens.
_BUTTONS = (
    ("deliver", "Deliver", "The provider tells that the mail arrived"),
    ("open", "Open", "Load its images, as a mail program does"),
    ("click", "Click", "Follow its first link"),
    ("bounce", "Bounce", "The provider tells that there is no such mailbox"),
    ("complain", "Complain", "The provider tells that it was marked as spam"),
    ("unsubscribe", "Unsubscribe", "Press the mail program's unsubscribe button"),
    ("unsubscribe-by-mail", "Unsubscribe by mail", "Write to the mailbox that List-Unsubscribe names"),
)


def index(query: str, listed: str, count: int) -> str:
    return _frame(
        "Inbox",
        f"""
<header class="bar">
  <h1><a href="/inbox">Inbox</a></h1>
  <form class="search" role="search" action="/inbox">
    <input type="search" name="q" value="{escape(query)}" placeholder="Address, subject or message id"
      aria-label="Search mails">
  </form>
  <p class="count" title="Mails accepted by all providers">{count:,} accepted</p>
</header>
<main id="rows" data-live="/inbox/rows?{escape(urlencode({"q": query}))}">{listed}</main>""",
        script=True,
    )


def rows(mails: Listed, *, query: str, newest: int, more: int | None, now: float) -> str:
    if not mails:
        return _nothing(query, newest)
    items = "".join(_row(accept, mail, now) for accept, mail in mails)
    older = ""
    if more is not None:
        older = (
            f'<p class="more"><a href="/inbox?{escape(urlencode({"q": query, "before": more}))}">Older mails</a></p>'
        )
    return f'<ol class="mails" data-seen="{newest}">{items}</ol>{older}'


def _nothing(query: str, newest: int) -> str:
    if query:
        hint = f"No mail has “{escape(query)}” in its address, subject or id."
    else:
        hint = "No mail yet. What is sent through any of the providers, or by SMTP, appears here by itself."
    return f'<div class="nothing" data-seen="{newest}"><p>{hint}</p></div>'


def _row(accept: Accept, mail: Mail | None, now: float) -> str:
    subject = mail.subject if mail is not None else accept.subject
    preview = " ".join(mail.text.split())[:160] if mail is not None else "no longer kept"
    if is_text(accept.provider):
        subject, preview = (preview, "") if mail is not None else (subject, preview)
    return f"""<li><a href="/inbox/{accept.number}">
  <span class="face hue{_hue(accept.recipient)}" aria-hidden="true">{escape(accept.recipient[:1].upper())}</span>
  <span class="to">{escape(accept.recipient)}</span>
  <span class="by {escape(accept.provider)}">{escape(accept.provider)}</span>
  <time datetime="{_iso(accept.at)}">{_ago(now - accept.at)}</time>
  <span class="subject">{escape(subject) or "(no subject)"}</span>
  <span class="preview">{escape(preview)}</span></a></li>"""


def mail_page(accept: Accept, mail: Mail | None, *, tab: str, is_phone: bool, has_links: bool, said: str) -> str:
    tab = tab if tab in _LABELS else "html"
    subject = mail.subject if mail is not None else accept.subject
    if is_text(accept.provider):
        return _text_page(accept, mail, said)
    if mail is None:
        shown = '<div class="nothing"><p>The body of this mail is no longer kept.</p></div>'
    else:
        shown = _tab_content(accept, mail, tab, is_phone=is_phone, has_links=has_links)
    return _frame(
        subject or "(no subject)",
        f"""
<header class="bar"><p class="back"><a href="/inbox">← Inbox</a></p>{_actions(accept)}</header>
<main class="mail">
  {f'<p class="said" role="status">{escape(said)}</p>' if said else ""}
  <h1>{escape(subject) or "(no subject)"}</h1>
  {_facts(accept, mail)}
  {_tabs(accept, tab, is_phone=is_phone, has_links=has_links)}
  {shown}
</main>""",
    )


def _text_page(accept: Accept, mail: Mail | None, said: str) -> str:
    shown = '<div class="nothing"><p>This message is no longer kept.</p></div>' if mail is None else ""
    return _frame(
        f"To {accept.recipient}",
        f"""
<header class="bar"><p class="back"><a href="/inbox">← Inbox</a></p>{_actions(accept, phone.BUTTONS)}</header>
<main class="mail">
  {f'<p class="said" role="status">{escape(said)}</p>' if said else ""}
  <h1>Text message</h1>
  {_facts(accept, mail)}
  {shown or phone.show_phone(accept, cast(Mail, mail))}
</main>""",
    )


def _actions(accept: Accept, wanted: Sequence[tuple[str, str, str]] = _BUTTONS) -> str:
    buttons = "".join(
        f'<button name="action" value="{action}" title="{escape(title)}">{label}</button>'
        for action, label, title in wanted
    )
    return f'<form class="actions" method="post" action="/inbox/{accept.number}/act">{buttons}</form>'


def _facts(accept: Accept, mail: Mail | None) -> str:
    facts = [
        ("From", mail.header("From") if mail is not None else ""),
        ("To", accept.recipient),
        ("By", f"{accept.provider} · {accept.account}"),
        ("Accepted", datetime.fromtimestamp(accept.at, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("Message", accept.message_id),
        ("Files", ", ".join(mail.attachments) if mail is not None else ""),
    ]
    return _list((name, value) for name, value in facts if value)


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f'<dl class="facts">{items}</dl>'


_LABELS = {"html": "HTML", "text": "Text", "source": "Source", "headers": "Headers"}


def _tabs(accept: Accept, current: str, *, is_phone: bool, has_links: bool) -> str:
    state = {
        "tab": current,
        "width": "phone" if is_phone else "",
        "links": "" if has_links else "off",
    }

    def link(label: str, mark: str = "", **changes: str) -> str:
        query = urlencode({key: value for key, value in {**state, **changes}.items() if value})
        return f'<a href="/inbox/{accept.number}?{escape(query)}"{mark}>{label}</a>'

    names = "".join(
        link(label, ' aria-current="page"' if name == current else "", tab=name) for name, label in _LABELS.items()
    )
    tools = ""
    if current == "html":
        width = link("Desktop width", width="") if is_phone else link("Phone width", width="phone")
        links = link("Links off", links="off") if has_links else link("Links on", links="")
        tools = f'<span class="tools">{width}{links}</span>'
    return f'<nav class="tabs" aria-label="Parts of the mail">{names}{tools}</nav>'


def _tab_content(accept: Accept, mail: Mail, tab: str, *, is_phone: bool, has_links: bool) -> str:
    if tab == "text":
        return f"<pre>{escape(mail.text)}</pre>"
    if tab == "source":
        return f"<pre>{escape(mail.html)}</pre>"
    if tab == "headers":
        return _header_table(mail)
    if not mail.html:
        return f'<div class="nothing"><p>This mail has no HTML part.</p></div><pre>{escape(mail.text)}</pre>'
    sandbox = "allow-popups allow-popups-to-escape-sandbox" if has_links else ""
    source = f"/inbox/{accept.number}/html" + ("" if has_links else "?links=off")
    return (
        f'<div class="paper {"phone" if is_phone else ""}"><iframe title="The mail" sandbox="{sandbox}"'
        f' referrerpolicy="no-referrer" src="{source}"></iframe></div>'
    )


def _header_table(mail: Mail) -> str:
    groups = [("Headers", mail.headers), ("Metadata", tuple(mail.metadata.items()))]
    groups.append(("Links", tuple((str(n), link.url) for n, link in enumerate(find_links(mail)))))
    return "".join(f"<h2>{title}</h2>{_list(pairs)}" for title, pairs in groups if pairs)


def missing() -> str:
    return _frame(
        "Not found",
        '<header class="bar"><p class="back"><a href="/inbox">← Inbox</a></p></header>'
        '<main><div class="nothing"><p>There is no such mail.</p></div></main>',
    )


def _frame(title: str, body: str, *, script: bool = False) -> str:
    live = '<script src="/inbox/live.js" defer></script>' if script else ""
    # Without scripts the list still refreshes, only more slowly.
    slow = '<noscript><meta http-equiv="refresh" content="10"></noscript>' if script else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Provider simulator</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/inbox/icon.svg"><link rel="stylesheet" href="/inbox/look.css">{live}{slow}</head>
<body>{body}</body></html>"""


def _hue(address: str) -> int:
    """One of eight colours, always the same for the same person."""
    return hashlib.blake2b(address.lower().encode("utf-8", "replace"), digest_size=1).digest()[0] % 8


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="seconds")


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now" if seconds < 10 else f"{int(seconds)} s ago"
