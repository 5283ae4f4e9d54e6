"""Does anything run that somebody wrote into any field, on any page, in the browser of anybody else?

The pages' Content-Security-Policy is switched off here. It would stop most of this; that it need not is the test.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve
from playwright.sync_api import BrowserContext, Dialog, Error, Frame, Page, sync_playwright

from notifications.compose.drafts.models import TemplateDraft
from notifications.delivery.models import Provider, TemplateTest
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import BulkEdit, SignUp, SignUpForm, Topic
from preferences.sign_up_tokens import confirm_url
from tests.browser.conftest import _AGENT, _ARGUMENTS
from tests.browser.hostile_world import CANARY, PAYLOADS, RUN, fill_world, spared, unknown_excuses
from tracking.models import Message

ROLES = ("boss", "developer", "support")
NO_PAGE = re.compile(r"\.(csv|json|png|gif|jsonl|txt|zip)$|/logout/|/jsi18n/|/password_change/|/autocomplete/|^/shop/")

#: Where people read what others wrote.
SEEN_AT_LEAST = {
    "admin:preferences_contact_change", "admin:tracking_event_change", "admin:tracking_webhookreceipt_change",
    "admin:notifications_templateversion_change", "notifications:message", "notifications:messages",
    "notifications:why-event", "notifications:why-contact", "notifications:dry-run", "notifications:template",
    "notifications:template-compare", "notifications:draft", "notifications:draft-preview", "notifications:preflight",
    "notifications:deadletter", "notifications:uncertain-call", "notifications:domain", "notifications:warmup",
    "notifications:alerts", "notifications:queues", "notifications:providers", "preferences:sign-up-form",
    "preferences:suppression-list", "preferences:erase-person", "notifications:brands", "notifications:brand",
    "notifications:shared-block", "notifications:seed-lists", "notifications:seed-list", "notifications:template-test",
    "notifications:template-test-new", "notifications:blanks", "notifications:translation", "notifications:gallery",
    "preferences:contact", "preferences:contact-edit", "preferences:contact-merge", "preferences:attributes",
    "preferences:attribute", "preferences:contact-import", "preferences:contact-export", "preferences:bulk-edit",
    "campaigns:campaigns", "campaigns:campaign", "campaigns:audit", "campaigns:segments", "campaigns:segment",
    "campaigns:report-type",
}  # fmt: skip

#: A door that takes only posts answers with nothing, and a download is no page.
NO_ANSWER = re.compile("ERR_HTTP_RESPONSE_CODE_FAILURE|ERR_ABORTED|Download is starting")

#: What no text may become: a script, a handler, an address that runs, a directive of Alpine or htmx.
ALIVE = """const alive = () => {
  const found = typeof window.ran === "undefined" ? [] : ["it ran"];
  for (const one of document.querySelectorAll("*")) {
    if (one.tagName === "SCRIPT" && /ran=1|canary/.test(one.textContent + one.src) && !/json/.test(one.type)) {
      found.push(one.outerHTML);
    }
    for (const {name, value} of one.attributes) {
      const runs = /^(on|x-|@|:|hx-on|data-hx-on)/i.test(name) && /ran=1|canary/.test(value)
        || name === "style" && value.startsWith("animation-name");
      const leads = /^(href|src|action|formaction|data|xlink:href|hx-get|hx-post)$/i.test(name)
        && (one.tagName !== "IMG" && /^[\\s\\x00-\\x1f]*(javascript|vbscript|data:text)/i.test(value)
          || /^(https?:)?\\/\\/canary/.test(value));
      if (runs || leads) found.push(`${one.tagName} ${name}=${value.slice(0, 100)}`);
    }
  }
  return found;
}"""

LOOK = f"""() => {{ {ALIVE}; return {{
  alive: alive(), hostile: document.documentElement.outerHTML.includes("{RUN}"),
  links: [...document.querySelectorAll("a[href], [hx-get]")].map(
    one => URL.parse(one.getAttribute("hx-get") || one.getAttribute("href"), location.href)?.href ?? "/"
  )
}} }}"""


@dataclass
class Watch:
    """What happened in a browser that should not have. Without slots, since Playwright writes on it."""

    troubles: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("dialog", self._close)
        context.on("request", lambda one: self._follow(one.url))
        context.on("console", lambda one: self._hear(one.text, one.page))
        context.on("weberror", lambda one: self._say(f"{one.page and one.page.url}: {one.error}"))

    def _close(self, dialog: Dialog) -> None:
        self._say(f"dialog {dialog.message}")
        dialog.dismiss()

    def _follow(self, url: str) -> None:
        if CANARY in (urlsplit(url).hostname or ""):
            self._say(url)

    def _hear(self, text: str, page: Page | None) -> None:
        if "Content Security Policy" in text or "Blocked script execution" in text:
            self._say(f"{page and page.url}: {text}")

    def _say(self, trouble: str) -> None:
        self.troubles.append(trouble)


@pytest.fixture
def world(
    chromium: str, transactional_db: None, live_server: Any, new_types: None, providers: dict[str, Provider],
    work: Callable[[], None], settings: Any,
) -> dict[str, Any]:  # fmt: skip
    settings.POSTRIDER_PUBLIC_URL = live_server.url
    return fill_world(providers, work)


@pytest.mark.slow
@pytest.mark.req("P5")
def test_nothing_that_anybody_wrote_runs_in_anybody_elses_browser(
    world: dict[str, Any], live_server: Any, chromium: str
) -> None:
    assert spared() == []
    assert unknown_excuses() == set()
    sessions = {role: _log_in(role) for role in ROLES}
    starts = ["/", *_console_pages(), *_rows_of_their_own()]
    public, mails = list(_public_pages(world)), list(_mails_as_shown(world))
    watch = Watch()
    walks: dict[str, tuple[str, Callable[[BrowserContext], Looked]]] = {
        **{role: (session, lambda context: _look_around(context, starts)) for role, session in sessions.items()},
        "developer, at mails": (sessions["developer"], lambda context: _look_at(context, mails)),
        "nobody": ("", lambda context: _look_at(context, public)),
    }

    def walk(role: str) -> Looked:
        session, look = walks[role]
        with _browser(chromium, live_server.url, watch) as open_context:
            return look(open_context(session))

    with ThreadPoolExecutor(max_workers=3) as pool:
        seen = dict(zip(walks, pool.map(walk, walks), strict=True))
    assert watch.troubles == []
    alive = [f"{role} {address}: {what}" for role, looked in seen.items() for address, what in looked.alive]
    assert not alive, "\n".join(alive)
    broken = [f"{role} {address}" for role, looked in seen.items() for address in looked.broken]
    assert not broken, "\n".join(broken)
    _assert_all_was_there(seen)


def test_the_payloads_run_where_nothing_stops_them(chromium: str) -> None:
    """Each in a frame of its own that holds it as it is, in attributes and between tags."""
    raw = '<title>t</title><input value=\'{0}\'><input value="{0}"><a href="{0}">x</a><div>{0}</div>'
    frames = [raw.format(one.replace(",alert(1)", "")) for one in PAYLOADS]
    with _browser(chromium, "http://shop.example", Watch()) as open_context:
        context = open_context("")
        page = context.new_page()
        page.set_content("".join(f'<iframe srcdoc="{html.escape(one)}"></iframe>' for one in frames))
        shown = [one.content_frame() for one in page.query_selector_all("iframe")]
        harmless = [one for one, frame in zip(PAYLOADS, shown, strict=True) if not _is_alive(frame)]
    assert len(PAYLOADS) >= 60
    # What is left are meant for another reader than a browser (Django's templates, a mail's Liquid) or for a filter.
    assert len(harmless) <= 7, harmless


def _is_alive(frame: Frame | None) -> bool:
    try:
        return frame is None or bool(frame.evaluate(LOOK)["alive"])
    except Error:  # it went away by itself
        return True


@dataclass(slots=True)
class Looked:
    """What somebody saw."""

    routes: Counter[str] = field(default_factory=Counter)
    alive: list[tuple[str, list[str]]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # there is no such page, or not for them
    hostile: int = 0  # pages on which a payload stands as text
    found: list[str] = field(default_factory=list)

    def at(self, page: Page, address: str) -> bool:
        """Look at a page; False where there is none, and the tab is of no use any more."""
        try:
            answer = page.goto(address, wait_until="domcontentloaded")
        except Error as error:
            if not NO_ANSWER.search(error.message):
                raise
            return False
        if answer is None or answer.status >= 500:
            self.broken.append(address)
        elif answer.status >= 400:
            self.missing.append(address)
        seen = [frame.evaluate(LOOK) for frame in page.frames]
        self.alive += [(address, one["alive"]) for one in seen if one["alive"]]
        self.hostile += seen[0]["hostile"]
        self.found = seen[0]["links"]
        return True


def _look_around(context: BrowserContext, starts: list[str]) -> Looked:
    """Every page that the start and its links lead to, one of a kind: others are made of the same templates."""
    looked, page = Looked(), context.new_page()
    waiting, known = [*starts], set(starts)
    while waiting:
        address = waiting.pop(0)
        route = _route(address)
        if route is None or looked.routes[route]:
            continue
        looked.routes[route] += 1
        if not looked.at(page, address):
            page.close()
            page = context.new_page()
            continue
        for link in looked.found:
            parts = urlsplit(link)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc == urlsplit(page.url).netloc and path not in known and not NO_PAGE.search(parts.path):
                known.add(path)
                waiting.append(path)
    return looked


def _look_at(context: BrowserContext, addresses: list[str]) -> Looked:
    looked, page = Looked(), context.new_page()
    for address in addresses:
        looked.routes[_route(address) or address] += 1
        looked.at(page, address)
    return looked


def _route(address: str) -> str | None:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def _console_pages() -> Iterator[str]:
    """The addresses of ours that take no argument."""
    for pattern in get_resolver().url_patterns:
        for one in getattr(pattern, "url_patterns", [pattern]):
            path = f"/{pattern.pattern if one is not pattern else ''}{one.pattern}"
            if "<" not in path and "^" not in path and "(" not in path and not NO_PAGE.search(path):
                yield path


def _rows_of_their_own() -> Iterator[str]:
    """What the page that the walk comes to first does not lead to."""
    yield f"/templates/parcel/test/{TemplateTest.objects.get().pk}/"
    yield f"/contacts/edit/{BulkEdit.objects.all()[0].pk}/"


def _public_pages(world: dict[str, Any]) -> Iterator[str]:
    people = world["people"]
    for number, person in enumerate(people[:3]):
        own = urlsplit(preferences_url(person.pk)).path
        language = ("en", "de", "es")[number]
        yield f"{own}?lang={language}"
        yield from (f"{own}/{page}?lang={language}" for page in ("mails", "phone", "data", "erase"))
        message = Message.objects.filter(contact=person).first()
        assert message is not None
        leave = Leave(contact_id=person.pk, topic_id=Topic.objects.all()[number].pk, message_id=message.pk)
        yield f"{urlsplit(unsubscribe_url(leave)).path}?lang={language}"
    keys = SignUpForm.objects.values_list("key", flat=True)
    yield from (f"/s/{key}" for key in keys[::3])
    yield f"/s/{keys[0]}/frame"
    yield from (urlsplit(confirm_url(one.pk)).path for one in SignUp.objects.all()[:3])
    for payload in PAYLOADS[:3]:
        yield f"/s/{payload.replace('/', '')}"
        yield f"/u/{payload.replace('/', '')}"


def _mails_as_shown(world: dict[str, Any]) -> Iterator[str]:
    """Drafts as a hostile person would get them, and two versions or languages side by side."""
    address, views = world["people"][0].address, ("desktop", "text", "source")
    drafts = TemplateDraft.objects.order_by("pk").values_list("pk", flat=True)
    with_amp = TemplateDraft.objects.get(template__key="amp-by-hand").pk
    shown = [*((pk, view) for pk in drafts for view in views), (drafts[0], "headers"), (with_amp, "AMP")]
    yield from (f"/drafts/{pk}/preview/?contact={address}&view={view}" for pk, view in shown)
    yield from (f"/templates/parcel/{page}" for page in ("2/3/", "translate/de/", "blanks/?now=1", "test/"))


def _log_in(role: str) -> str:
    """A session of somebody with this role."""
    user = User.objects.create_user(role, password="word", is_staff=True, is_superuser=role == "boss")
    user.first_name = PAYLOADS[0]
    user.save()
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def _browser(chromium: str, url: str, watch: Watch) -> Iterator[Callable[[str], BrowserContext]]:
    """After all rows are written: Playwright's loop in this thread would have Django refuse the database."""
    with sync_playwright() as playwright:
        # Nothing out there is asked. A route of Playwright's would do, but without the browser's cache.
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
        launched = playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS, nowhere])

        def open_context(session: str) -> BrowserContext:
            context = launched.new_context(base_url=url, user_agent=_AGENT, bypass_csp=True)
            if session:
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
            watch.over(context)
            return context

        yield open_context
        launched.close()


def _assert_all_was_there(seen: dict[str, Looked]) -> None:
    """Otherwise it would prove nothing."""
    hostile = {role: one.hostile for role, one in seen.items()}
    assert min(hostile.values()) > 15, hostile
    unseen = SEEN_AT_LEAST - {view for one in seen.values() for view in one.routes}
    assert unseen == set()
    assert seen["developer, at mails"].missing == []
