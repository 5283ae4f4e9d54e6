"""Is what the preview shows for a contact what arrives at that contact, whichever provider carries it?

The preview counts nothing and stands in a frame. So before the two are compared, one rule makes the mail that arrived
uncounted: `as_previewed`. It follows each counted link to where it leads, takes out the pixel, puts the example
addresses in place of the person's own ones, leaves out the way to the version for the browser, and settles light and
dark as the preview does. Nothing else may differ.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pydantic import BaseModel

from notifications.catalog import NotificationType
from notifications.catalog.registry import declare
from notifications.compose.blocks.sharing import save_block
from notifications.compose.blocks.tree import store_blocks
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import open_draft, start_template
from notifications.delivery.mail import read_members
from notifications.delivery.models import Attempt, Call, Provider
from notifications.delivery.providers import provider_kinds
from notifications.preview import sample_variables
from preferences.models import Contact
from tests.accounts import only
from tests.notifications.compose.blocks_making import tree
from tests.people import make_contact
from tests.simulator.process import Process
from tracking.links import find_target
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("T5", "V6"),
]  # fmt: skip

KINDS = sorted(kind.slug for kind in provider_kinds().values() if kind.channel == "email")

MARKUP = "<script>alert(1)</script> & \"quotes\" 'single' {{ 7 | times: 7 }} %recipient.x% [[y]] -z- *|F|*"
LINES = "a dot\n.at a line's start\r\n..and two\n\n=2E =20 \u2028 Grüße, 世界 😀 \ttab   "


class Thing(BaseModel):
    """Made-up values, as the preview makes them, are the ones that are written here: there is no other."""

    name: Literal["Lamp <b>\"X\"</b> {{ 'no' | upcase }} & [[co]]"]
    price: Literal["1234.5"]
    url: Literal["https://shop.example/a?b=1&c=<x>&d=%recipient.name%"]
    image_url: Literal["https://shop.example/lamp.png?{{ no }}"]


class Spring(BaseModel):
    markup: Literal["<script>alert(1)</script> & \"quotes\" 'single' {{ 7 | times: 7 }} %recipient.x% [[y]] -z- *|F|*"]
    lines: Literal["a dot\n.at a line's start\r\n..and two\n\n=2E =20 \u2028 Grüße, 世界 😀 \ttab   "]
    starts_at: Literal["2026-05-04T22:30:00Z"]
    items: list[Thing]


RAW = """<mj-section><mj-column><mj-text>
{% assign most = payload.items | size | times: 100 %}{{ most }} {% cycle "odd", "even" %}
{{ payload.starts_at | local_datetime: "full" }}
{% for item in payload.items %}{{ forloop.index }}. {{ item.name | truncate: 20 }}
{{ item.price | money: "EUR" }} {% cycle "odd", "even" %}
{% endfor %}{% if contact.city contains "<" %}odd city{% else %}even city{% endif %}
-name- [[name]] *|FNAME|* %recipient.name%
</mj-text>
<mj-button href="https://shop.example/{{ contact.city | url_encode }}?x={{ payload.markup | url_encode }}">
Go to {{ contact.city }}</mj-button>
<mj-button href="https://shop.example/static?a=1&amp;b=2">Static</mj-button>
</mj-column></mj-section>"""

BLOCKS: list[dict[str, Any]] = [
    {"kind": "heading", "text": "Hello {{ contact.first_name }}"},
    {"kind": "saved", "key": "promise"},
    {"kind": "condition", "path": "contact.city", "operator": "is set",
     "blocks": [{"kind": "text", "html": "<p>You live in {{ contact.city }}</p>"}],
     "otherwise": [{"kind": "text", "html": "<p>Where do <b>you</b> live, {{ contact.last_name | upcase }}?</p>"}]},
    {"kind": "loop", "path": "payload.items",
     "blocks": [{"kind": "button", "text": "{{ item.name }}", "href": "{{ item.url }}"}]},
    {"kind": "columns", "columns": [[{"kind": "text", "html": "{{ payload.markup }}"}],
                                    [{"kind": "text", "html": "{{ payload.lines }}"}]]},
    {"kind": "products", "path": "payload.items", "price": "price"},
    {"kind": "raw", "mjml": RAW},
]  # fmt: skip
SUBJECT = "Spring, {{ contact.first_name }}: {{ payload.markup | truncate: 60 }} 100 % Grüße"

PEOPLE: list[dict[str, Any]] = [
    {"email": "ada@example.com", "first_name": "Ada", "attributes": {"city": "London"}, "locale": "en-GB",
     "time_zone": "Europe/London"},
    {"email": "juergen@example.com", "first_name": "Jürgen", "last_name": "Groß", "locale": "de-AT",
     "time_zone": "Europe/Vienna"},
    {"email": "mallory@example.com", "first_name": "<img src=x onerror=alert(1)>", "last_name": MARKUP,
     "attributes": {"city": f"<i>{LINES}</i>"}, "locale": "../../x", "time_zone": "Not/There"},
    {"email": "layla@example.com", "first_name": "ليلى", "locale": "ar", "time_zone": "Asia/Kolkata"},
    {"email": "nobody@example.com"},
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    subject: str
    html: str
    text: str


@pytest.fixture
def drafts(db: None) -> dict[str, TemplateDraft]:
    """A published mail with everything in it, its draft for each language, and two types that send it: one goes one
    mail a call, the other in batches."""
    for key, stream in (("spring", "transactional"), ("spring-news", "marketing")):
        topic = "spring" if stream == "marketing" else ""
        body = {"key": key, "stream": stream, "event": "spring.came", "payload": Spring, "template": "spring"}
        declare(type("Springs", (NotificationType,), {**body, "topic": topic}))
    [promise] = tree(
        {"kind": "text", "html": "We promise, {{ contact.first_name | default: 'friend' }}: {{ brand.name }}"}
    )
    save_block(promise, name="Promise", author="ada")
    content = DraftContent(
        subject=SUBJECT, preheader="{{ payload.markup }}", blocks=list(store_blocks(tree(*BLOCKS))),
        defaults={"contact.last_name": "you <there>"},
    )  # fmt: skip
    first = start_template("spring", name="Spring", content=content, author="ada")
    german = content.model_copy(update={
        "subject": "Frühling für {{ contact.first_name }} {{ contact.last_name }}",
        "text": "Von Hand: {{ payload.lines }} {{ payload.markup }} {{ unsubscribe_url }} {{ item.url }}",
    })  # fmt: skip
    drafts = {"": first, "de": open_draft(first.template, "de", content=german, author="ada")}
    for draft in drafts.values():
        publish_draft(draft.pk, expected=draft.revision, author="ada")
    return drafts


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "word"))
    return client


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_is_what_the_console_shows(
    kind: str, drafts: dict[str, TemplateDraft], providers: dict[str, Provider], mailbox: Process,
    work: Callable[[], None], editor: Client,
) -> None:  # fmt: skip
    only(providers, kind)
    people = [make_contact(**one) for one in PEOPLE]
    for person in people:
        event.send(sender=None, name="spring.came", contact=person, payload=sample_variables("spring")["payload"])
    work()
    assert list(Attempt.objects.exclude(kind="accepted").values_list("kind", "code", "answer")) == []
    messages = Message.objects.in_bulk()
    arrived = dict(_arrived(mailbox))
    assert arrived.keys() == messages.keys()
    assert len(arrived) == 2 * len(people)
    previews = {one.pk: preview(editor, drafts["de" if one.locale.startswith("de") else ""], one) for one in people}
    for message_id, mail in arrived.items():
        message = messages[message_id]
        assert message.contact_id is not None
        seen, got = previews[message.contact_id], as_previewed(mail, message)
        assert got.subject == seen.subject
        assert got.text == seen.text
        assert got.html == seen.html
        assert page_of(editor, message) == Shown(
            subject=mail["subject"], html=_without_pixel(tidy(mail["html"])), text=tidy(mail["text"])
        )


def _arrived(mailbox: Process) -> Iterator[tuple[UUID, dict[str, Any]]]:
    for accept in mailbox.accepts():
        identity = UUID(accept["message_id"].strip("<>").partition("@")[0])
        yield identity, mailbox.control("GET", f"accepts/{accept['number']}/mail")


def page_of(editor: Client, message: Message) -> Shown:
    """The mail as the page of the message shows it: as it was sent, with its counted links."""
    page = editor.get(f"/messages/{message.pk}/").content.decode()
    return Shown(
        subject=_subject(page),
        html=_out_of_frame(page),
        text=_first(r'<div class="pr-panel pr-panel-text"><pre class="pr-code">(.*?)</pre>', page),
    )


def preview(editor: Client, draft: TemplateDraft, person: Contact) -> Shown:
    """What the editor's preview shows for a contact; the frame's own two tags taken out."""
    address = f"/drafts/{draft.pk}/preview/"
    page = editor.get(address, {"contact": str(person.address)}).content.decode()
    text = editor.get(address, {"contact": str(person.address), "view": "text"}).content.decode()
    return Shown(
        subject=_subject(page),
        html=_out_of_frame(page),
        text=_first(r'<pre class="pr-code">(.*?)</pre>', text),
    )


#: Only mail that people can turn off has this way; both types share one template, whose preview is the first type's.
_TO_THE_BROWSER = re.compile(
    r"<a href=\"https?://[^\"]+/w/[\w.~-]+\"[^>]*>[^<]*</a> &nbsp;·&nbsp; |[\w ]+ \(https?://[^\s)]+/w/[\w.~-]+\) · "
)


def as_previewed(mail: dict[str, Any], message: Message) -> Shown:
    """The mail that arrived, as nobody in particular would have been shown it. See the top of this file."""
    own = {
        f"https?://[^\\s\"'<>/]+/{door}/[\\w.~-]+": sample_variables("spring")[name]
        for door, name in (("u", "unsubscribe_url"), ("p", "preferences_url"))
    }

    def uncounted(document: str, escape: Callable[[str], str]) -> str:
        document = re.sub(
            r"https?://[^\s\"'<>/]+/c/[\w.~-]+?/(\d+)(?:\.(\d+))?(?![\w.])",
            lambda found: escape(_target(message, *found.groups())), tidy(document),
        )  # fmt: skip
        for pattern, example in own.items():
            document = re.sub(pattern, example, document)
        return _TO_THE_BROWSER.sub("", document)

    dark = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
    document = dark.sub("@media not all", _without_pixel(uncounted(mail["html"], html.escape)))
    return Shown(subject=mail["subject"], html=document, text=uncounted(mail["text"], str))


def _target(message: Message, number: str, index: str | None) -> str:
    target = find_target(message, int(number), int(index) if index else None)
    if target is None:  # an address that is not redirected to, as it was written
        [call] = Call.objects.filter(pk__in=message.call_ids)
        [member] = [one for one in read_members(call) if one.message_id == message.pk]
        return member.values.targets[int(index or 0)]
    return target


def _without_pixel(document: str) -> str:
    return re.sub(r'<img src="(?:https?://[^"]+/o/[\w.~-]+\.gif|data:image/gif[^"]+)" width="1" [^>]*>', "", document)


def _out_of_frame(page: str) -> str:
    document = tidy(_first(r'srcdoc="([^"]*)"', page))
    bare = document.replace('<base target="_blank"><meta name="referrer" content="no-referrer">', "", 1)
    assert bare != document
    return _without_pixel(bare)


def _subject(page: str) -> str:
    return _first(
        r'<p class="pr-subject"><span class="pr-soft">Subject</span> (.*?)(?: <span class="pr-soft">[^<]*</span>)?</p>',
        page,
    )


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found is not None, page[:2000]
    return tidy(html.unescape(found.group(1)))


def tidy(text: str) -> str:
    """The end of a MIME part belongs to its boundary; line ends are the transport's."""
    return text.replace("\r\n", "\n").rstrip("\n")
