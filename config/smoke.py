"""Does the whole road work? One order in the demo shop, followed to its delivered, opened and clicked mail."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import requests
from django.conf import settings

from tracking.models import Event, Message, MessageEvent

STEP_SECONDS = 20.0
_TICK_SECONDS = 0.02
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

Found = TypeVar("Found")


class StepFailed(RuntimeError):
    """A step did not happen in time, or answered wrongly; the message says which and what was there in its place."""


def run_check(*, seconds: float = STEP_SECONDS) -> dict[str, object]:
    """Raise one event, wait for each of its reports; return what `scripts/up --check` prints.

    Runs beside the started programs, with their settings. Keys: `delivered`, `opened`, `clicked` (true), ids, and
    milliseconds from the event to the provider's accept (by its journal, and by our log) and to each report.
    Raises StepFailed with the reason when a step fails; each step has `seconds`.
    """
    email = f"smoke-{secrets.token_hex(6)}@example.com"
    wait = Waiting(seconds)
    buy_something(email)
    event = wait.until("the event of the order", lambda: _find_event(email))
    message = wait.until("the provider's accept", lambda: _find_sent(event.pk))
    accept = wait.until("the mail in the simulator's journal", lambda: _find_accept(message.pk))
    seen = {}
    for kind, action in _STEPS:
        if action:
            act(accept["number"], action)
        seen[kind] = wait.until(f"the mail to be {kind}", lambda kind=kind: _find_report(message.pk, kind))  # type: ignore[misc]
    return _summary(event, message, accept, seen)


#: What has to become of the mail, and what the simulator must be asked for: delivery follows by itself.
_STEPS: tuple[tuple[MessageEvent.Kind, str], ...] = (
    (MessageEvent.Kind.DELIVERED, ""),
    (MessageEvent.Kind.OPENED, "open"),
    (MessageEvent.Kind.CLICKED, "click"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Patience: so many seconds a step."""

    seconds: float

    def until(self, what: str, look: Callable[[], Found | None]) -> Found:
        """The first thing that `look` finds; raises StepFailed when it finds nothing in time."""
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            if (found := look()) is not None:
                return found
            time.sleep(_TICK_SECONDS)
        raise StepFailed(f"{what} did not come within {self.seconds:g} s; {_last_words()}")


def buy_something(email: str) -> None:
    """Go through the demo shop as a browser does: a product, the cart, the checkout."""
    shop = f"{settings.POSTRIDER_PUBLIC_URL}/shop"
    with _session() as browser:
        _press(browser, f"{shop}/products/enamel-mug/", f"{shop}/products/enamel-mug/add")
        page = _press(browser, f"{shop}/checkout/", f"{shop}/checkout/", name="Smoke Test", email=email)
    if "/orders/" not in page.url:
        raise StepFailed(f"the shop did not take the order: it answered {page.status_code} at {page.url}")


def act(accept: int, action: str) -> None:
    """Have the simulator's person do something with the mail of an accept."""
    answer = _control("POST", "act", json={"accept": accept, "action": action})
    if not answer.get("done"):
        raise StepFailed(f"the simulator could not {action} the mail: {answer.get('reason') or answer}")


def _press(browser: requests.Session, page: str, target: str, **fields: str) -> requests.Response:
    """Open a page and send a form of it."""
    shown = browser.get(page, timeout=STEP_SECONDS)
    token = _TOKEN.search(shown.text)
    if shown.status_code != 200 or token is None:
        raise StepFailed(f"{page} answered {shown.status_code} without a form")
    form = {"csrfmiddlewaretoken": token[1], **fields}
    answered = browser.post(target, data=form, headers={"Referer": page}, timeout=STEP_SECONDS)
    if answered.status_code != 200:
        raise StepFailed(f"{target} answered {answered.status_code}")
    return answered


def _find_event(email: str) -> Event | None:
    return Event.objects.filter(name="order.placed", contact__address=email).first()


def _find_sent(event_id: UUID) -> Message | None:
    return Message.objects.filter(event_id=event_id, sent_at__isnull=False).first()


def _find_accept(message_id: UUID) -> dict[str, Any] | None:
    accepts = _control("GET", f"accepts?message_id={message_id}")["accepts"]
    if len(accepts) > 1:
        raise StepFailed(f"the mail is in the simulator's journal {len(accepts)} times")
    return accepts[0] if accepts else None


def _find_report(message_id: UUID, kind: MessageEvent.Kind) -> MessageEvent | None:
    return MessageEvent.objects.filter(message_id=message_id, kind=kind, is_machine=False).first()


def _summary(
    event: Event, message: Message, accept: dict[str, Any], seen: dict[MessageEvent.Kind, MessageEvent]
) -> dict[str, object]:
    message.refresh_from_db()
    facts = {kind.value: getattr(message, f"{kind.value}_at") for kind in seen}
    missing = [kind for kind, at in facts.items() if at is None]
    if missing or message.state != Message.State.DELIVERED:
        raise StepFailed(f"the message is {message.state} without {', '.join(missing) or 'a fault'} after all reports")
    return {
        **dict.fromkeys(facts, True),
        "event_id": str(event.pk),
        "message_id": str(message.pk),
        "provider": message.provider,
        "provider_message_id": message.provider_message_id,
        "accept_ms": round(accept["at"] * 1000 - event.received_at.timestamp() * 1000),
        "sent_ms": _milliseconds(event.received_at, message.sent_at),
        **{f"{kind.value}_ms": _milliseconds(event.received_at, one.recorded_at) for kind, one in seen.items()},
    }


def _milliseconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else round((end - start).total_seconds() * 1000)


def _last_words() -> str:
    """What is known of the newest message: it may say why nothing came."""
    message = Message.objects.order_by("-id").first()
    if message is None:
        return "there is no message at all: are the workers running?"
    return f"the newest message is {message.state} ({message.reason or 'no reason given'})"


def _control(method: str, path: str, **options: Any) -> Any:
    with _session() as session:
        answer = session.request(method, f"{settings.POSTRIDER_SIMULATOR_URL}/control/{path}", timeout=10, **options)
    if answer.status_code != 200:
        raise StepFailed(f"the simulator answered {answer.status_code} to {path}: {answer.text[:200]}")
    return answer.json()


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy stands between us and ourselves
    return session
