"""What would be stored if every field that people reach, inside or outside, were filled in by an attacker?

Real mail is sent to hostile people first, so that all of the log is there. Then every text of every model of ours is
written over, row by row, unless `OURS` says that only our own code writes it: a field that is added later is hostile
here without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from campaigns.audit import Actor, record
from config import clock
from config.ids import new_id
from notifications.compose.blocks.sharing import save_block
from notifications.compose.blocks.tree import read_blocks
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import DraftRevision, TemplateDraft
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import open_draft, save, start_template
from notifications.compose.models import PlannedPublication, TemplateVersion
from notifications.compose.pictures.models import Picture
from notifications.delivery.domains.findings import Finding, Record, Severity
from notifications.delivery.models import (
    Alert,
    Breaker,
    DomainPause,
    Hold,
    Provider,
    Sender,
    SenderDomain,
    WarmupPlan,
)
from notifications.routing.models import Digest, DigestItem
from preferences.models import (
    Choice,
    ConsentRecord,
    ConsentWording,
    Contact,
    FrequencyCap,
    QuietHours,
    SignUp,
    SignUpForm,
    Suppression,
    SuppressionLine,
    SuppressionList,
    Topic,
)
from tests.browser.hostile_staff import leave_behind
from tests.letters import bury_parcels, make_uncertain
from tests.people import make_contact
from tests.types import parcel_type
from tracking.models import Event, Message, MessageEvent, WebhookReceipt
from tracking.signals import event

CANARY = "canary.invalid"
RUN = "window.ran=1,alert(1)"
CORPUS = Path(__file__).with_name("xss_payloads.txt")

#: Texts that no person writes: keys that are checked as slugs, codes and digests of our own code, what the compiler
#: makes of a source, what a version keeps of a brand (which is checked as it is saved). Names of fields, or a model's
#: own.
OURS = {
    "key", "kind", "channel", "stream", "scope", "digest", "content_digest", "webhook_key", "format", "encoding",
    "on_unknown", "beyond_cap", "part", "compiled", "locale", "layout", "cause", "reason", "type_key", "topic_key",
    "provider_key", "order_key", "machine_reason", "queues", "held_reason", "trail", "group_key", "brand_key",
    "notifications.call.members", "notifications.call.headers", "notifications.templateversion.blocks",
    "notifications.draftrevision.content", "notifications.savedblock.blocks", "notifications.provider.options",
    "notifications.templateversion.mjml_source", "notifications.templateversion.defaults", "tracking.message.source",
    "tracking.message.provider", "tracking.message.template_ref", "tracking.messageevent.provider",
    "tracking.webhookreceipt.provider", "notifications.outbox.source", "notifications.deadletter.source",
    "notifications.hold.source", "preferences.choice.source", "preferences.consentrecord.source",
    "preferences.erasure.source", "notifications.senderdomain.domain", "notifications.senderdomain.findings",
    "notifications.sender.address",
    "notifications.warmupplan.from_domain", "preferences.contact.address", "preferences.contact.time_zone",
    "notifications.workerbeat.name", "notifications.attempt.code", "campaigns.segment.rule",
    "preferences.bulkedit.audience", "preferences.bulkedit.subject", "preferences.contactexport.audience",
    "tracking.conversion.source", "tracking.figure.source", "tracking.figure.value", "campaigns.campaign.versions",
    "campaigns.campaign.cron", "campaigns.campaign.clock_zone", "campaigns.campaign.variant_versions",
    "campaigns.campaignrun.test_verdict",
    "campaigns.campaign.audience", "campaigns.campaign.estimate", "campaigns.campaignrun.counts",
    "campaigns.campaignrun.figures", "campaigns.campaignrecipient.skip_reason", "campaigns.campaignrecipient.variant",
    "campaigns.auditentry.subject", "campaigns.auditentry.action", "notifications.templateversion.brand",
}  # fmt: skip

#: Within JSON that people write: names that our own code looks up, and refuses any others of.
_OUR_NAMES = {"target", "severity", "code"}
#: What one line of a mail has room for, as drafts check it.
_ROOM = {"subject_source": 990, "preheader_source": 990}
#: The database refuses to change these, so that they are hostile as they are written.
_APPENDED = {"campaigns.auditentry"}

_APPS = ("preferences", "tracking", "notifications", "campaigns")
_MOST = 70  # rows of a model that the screens show


def read_payloads() -> list[str]:
    """The corpus, ready to be written into fields."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    kept = (line for line in lines if line and not line.startswith(("# ", "== ")))
    return [line.replace("RUN", RUN).replace("CANARY", CANARY) for line in kept]


PAYLOADS = read_payloads()
_SHORTEST = min(map(len, PAYLOADS))


def fill_world(providers: dict[str, Provider], work: Callable[[], None]) -> dict[str, Any]:
    """Everything, hostile; the people, forms and mails by name, for whoever looks for their pages."""
    parcel_type(stream="marketing")
    people = [make_contact(f"p{number}@example.com", first_name=one[:150]) for number, one in enumerate(PAYLOADS)]
    _write_templates()
    for person, payload in zip(people, PAYLOADS, strict=True):
        event.send(sender=None, name="parcel.sent", contact=person, payload={"number": payload, "note": payload * 2})
    work()
    letters = bury_parcels(people[:6], provider_key="mailgun", answer="x")
    uncertain = make_uncertain(people[6:9], providers["mailgun"])
    _stand_around(people, providers)
    leave_behind(people, PAYLOADS)
    _write_audit()
    for model in _models():
        if model._meta.label_lower not in _APPENDED:
            _overwrite(model)
    return {"people": people, "letters": letters, "uncertain": uncertain}


def spared() -> list[str]:
    """The texts that nobody's code but ours vouches for, and that are hostile nowhere in the database."""
    fields = [(model, one) for model in _models() for one in model._meta.concrete_fields if is_hostile(one)]
    return [
        f"{model._meta.label_lower}.{one.name}" for model, one in fields
        if not any(RUN in f"{value}" for value in model._default_manager.values_list(one.attname, flat=True))
    ]  # fmt: skip


def unknown_excuses() -> set[str]:
    """What `OURS` excuses and is not there."""
    fields = [one for model in _models() for one in model._meta.concrete_fields]
    return OURS - {one.name for one in fields} - {f"{one.model._meta.label_lower}.{one.name}" for one in fields}


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in _APPS]


def _write_audit() -> None:
    """What staff called things, and why they did what they did."""
    for number in range(12):
        record(
            Actor(name=_packed(number, 150)), "renamed", subject="campaign:1", subject_name=_packed(number, 200),
            before={"name": _packed(number, 3_000)}, after={"name": _packed(number + 1, 3_000)},
            note=_packed(number, 300),
        )  # fmt: skip


def _write_templates() -> None:
    """Every block with every payload in every field that it has for words: as a saved block, and as drafts."""
    blocks = list(_blocks())
    for number, group in enumerate(_groups(blocks, 60)):
        content = DraftContent(
            subject=PAYLOADS[number], preheader=PAYLOADS[number + 30], text=" ".join(PAYLOADS), blocks=group,
            defaults={"contact.last_name": PAYLOADS[number]},
        )  # fmt: skip
        start_template(f"hostile-{number}", name=PAYLOADS[number], content=content, author=PAYLOADS[number])
    raw = [{"id": "raw", "kind": "raw", "mjml": "\n".join(PAYLOADS)}]
    start_template("by-hand", name="x", content=DraftContent(subject="x", blocks=raw), author="x")
    amp = DraftContent(subject="x", blocks=blocks[:1], amp="\n".join(PAYLOADS))
    start_template("amp-by-hand", name="x", content=amp, author="x")
    [heading] = read_blocks([{"id": "h", "kind": "heading", "text": " ".join(PAYLOADS[:20])}])
    save_block(heading, name="Hostile heading", author="x")
    _publish_hostile()


def _publish_hostile() -> None:
    """The parcel mail as a marketer publishes it, twice: with everything that the compiler lets pass."""
    words = [one for one in PAYLOADS if "{" not in one]
    tree: list[dict[str, Any]] = [{"id": "s", "kind": "saved", "key": "hostile-heading"}]
    tree += [{"id": f"t{n}", "kind": "heading", "text": one} for n, one in enumerate(words)]
    tree += [{"id": f"x{n}", "kind": "text", "html": f"<p>{one}</p>y"} for n, one in enumerate(words)]
    tree += [{"id": f"i{n}", "kind": "image", "src": "https://shop.example/x.png", "alt": one}
             for n, one in enumerate(words)]  # fmt: skip
    tree.append({"id": "v", "kind": "text", "html": "{{ contact.first_name }} {{ payload.number }} {{ payload.note }}"})
    content = DraftContent(subject="{{ payload.number }}", preheader="{{ payload.note }}", blocks=tree)
    template = TemplateVersion.objects.get(template__key="parcel").template
    draft = TemplateDraft.objects.create(template=template, author="x", revision=0)
    DraftRevision.objects.create(draft=draft, number=0, parent=None, content=content.stored(), author="x")
    publish_draft(draft.pk, expected=0, author="x", note="x")
    save(draft.pk, content.model_copy(update={"subject": "Another {{ payload.number }}"}), expected=0, author="x")
    draft.refresh_from_db()
    version = publish_draft(draft.pk, expected=draft.revision, author="x", due_at=clock.now() + timedelta(days=1))
    assert PlannedPublication.objects.filter(version=version).exists()
    open_draft(template, "de", content=content, author="x")


def _blocks() -> Iterator[dict[str, Any]]:
    """Blocks with a payload in each of their fields."""
    numbers = count()
    for payload in PAYLOADS:
        for kind, fields in (
            ("heading", ("text",)), ("text", ("html",)), ("button", ("text", "href")), ("hero", ("src",)),
            ("image", ("src", "alt", "href")), ("condition", ("path", "value")), ("loop", ("path",)),
            ("products", ("path", "name", "text")), ("social", ()),
        ):  # fmt: skip
            known = {name: payload[:200] for name in fields if name in _fields_of(kind)}
            profiles = {"profiles": [{"network": "web", "href": payload}]} if kind == "social" else {}
            yield {"id": f"b{next(numbers)}", "kind": kind, **known, **profiles}


def _fields_of(kind: str) -> Iterable[str]:
    from notifications.compose.blocks.tree import KINDS

    return KINDS[kind].model_fields


def _groups(blocks: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(blocks), size):
        yield blocks[start : start + size]


def _stand_around(people: list[Contact], providers: dict[str, Provider]) -> None:
    """A row for each payload, where a screen shows rows; and one of everything else."""
    at, soon, mailgun = clock.now(), clock.now() + timedelta(hours=1), providers["mailgun"]
    topics = [Topic.objects.create(key=f"t{n}", name="x", translations={"de": {"name": "x", "description": "x"}})
              for n in range(60)]  # fmt: skip
    wordings = [ConsentWording.objects.create(key=f"w{n}", version=1, locale="en", text="x") for n in range(60)]
    for number, (person, topic, wording) in enumerate(zip(people, topics, wordings, strict=True)):
        form = SignUpForm.objects.create(
            key=f"f{number}", name="x", heading="x", intro="x", thanks="x", welcome="x", button="x", wording=wording,
            are_topics_offered=True,
        )  # fmt: skip
        form.topics.add(topic, topics[0])
        SignUp.objects.create(form=form, contact=person, wording=wording)
        ConsentRecord.objects.create(contact=person, topic=topic, action="granted", wording=wording, source="form")
        Choice.objects.create(contact=person, topic=topic, frequency="never")
        Suppression.objects.create(
            address_digest=person.address_digest, contact=person, scope="marketing", reason="manual", detail="x"
        )
        QuietHours.objects.create(name="x", starts=at.time(), ends=soon.time(), is_active=False)
        FrequencyCap.objects.create(name="x", most=3, is_active=False)
        listed = SuppressionList.objects.create(file_name="x", encoding="utf-8", header="x", scope="all", note="x")
        SuppressionLine.objects.create(list=listed, number=1, email="x", fault="x", excerpt="x")
        Alert.objects.create(kind="breaker", subject=f"{number}", text="x")
        Picture.objects.create(digest=f"{number:032x}", content=b"x", format="png", width=1, height=1, author="x")
        Event.objects.create(name="x", contact=person, state="refused", faults=[{"path": "x", "reason": "x"}])
        DomainPause.objects.create(provider=mailgun, recipient_domain=f"d{number}", until=soon, answer="x")
        WebhookReceipt.objects.create(
            id=new_id(), provider="mailgun", kind="delivered", occurred_at=at, problem="x",
            raw={"x": "x", "y": ["x", {"z": "x"}]},
        )  # fmt: skip
    for message, payload in zip(Message.objects.order_by("pk"), PAYLOADS, strict=False):
        for kind in ("delivered", "bounced", "opened", "clicked", "unsubscribed"):
            detail = {"user_agent": "x", "answer": "x", "url": "x", "reason": "x", payload[:60]: "x"}
            MessageEvent.objects.create(
                id=new_id(), message=message, kind=kind, occurred_at=at, provider="mailgun", detail=detail
            )
    digest = Digest.objects.create(contact=people[0], type_key="parcel", stream="marketing", cadence="daily",
                                   due_at=soon, latest_at=soon)  # fmt: skip
    DigestItem.objects.create(digest=digest, event_id=new_id(), payload={"x": "x"})
    Breaker.objects.create(provider=mailgun, stream="critical", state="open", answer="x", open_until=soon)
    Hold.objects.update_or_create(source="stream:critical", defaults={"state": "paused", "reason": "x"})
    Sender.objects.update_or_create(stream="marketing", defaults={"name": "x", "address": "shop@shop.example"})
    findings = [
        Finding(code="spf", severity=Severity.WARNS, found=one, text=one,
                records=(Record(type="TXT", name=one, value=one, note=one),)).as_json()
        for one in PAYLOADS
    ]  # fmt: skip
    SenderDomain.objects.create(domain="shop.example", findings=findings, verdict="unfit", checked_at=at)
    WarmupPlan.objects.create(provider=mailgun, from_domain="shop.example", steps=[10, 20])


def _overwrite(model: type[models.Model]) -> None:
    """The model's texts, row by row, each field beginning at another place of the corpus."""
    fields = [one for one in model._meta.concrete_fields if is_hostile(one)]
    rows = list(model._default_manager.order_by("pk")) if fields else []
    for number, row in enumerate(rows):
        for place, field in enumerate(fields):
            _write(row, field, number + 7 * place)
    if fields:
        model._default_manager.bulk_update(rows, [one.name for one in fields], batch_size=200)


def is_hostile(field: models.Field[Any, Any]) -> bool:
    """Whether somebody other than our own code may say what stands in it, and it has room for a script."""
    is_text = isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not field.choices
    is_text = is_text and (field.max_length or _SHORTEST) >= _SHORTEST
    path = f"{field.model._meta.label_lower}.{field.name}"
    return is_text and not field.primary_key and not OURS & {field.name, path}


def _write(row: models.Model, field: models.Field[Any, Any], first: int) -> None:
    """As many payloads as there is room for, from one of the corpus on; all of them where there is no limit."""
    present = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        setattr(row, field.attname, _spoilt(present, count(7 * first, 11)))
    elif present is not None:
        unique = f"{row.pk}"[-8:] if field.unique else ""
        setattr(
            row,
            field.attname,
            _packed(first, (field.max_length or _ROOM.get(field.name, 20_000)) - len(unique)) + unique,
        )


def _packed(first: int, room: int) -> str:
    packed = ""
    for number in range(len(PAYLOADS)):
        one = PAYLOADS[(first + number) % len(PAYLOADS)]
        if len(packed) + len(one) < room:
            packed += f"{one} "
    return packed.strip()


def _spoilt(value: Any, numbers: Iterator[int]) -> Any:
    """Every text in a value, each with other payloads, and names of an attacker's own in every mapping."""
    if isinstance(value, dict):
        first = next(numbers)
        own = {one: one for one in (PAYLOADS[(first + number) % len(PAYLOADS)] for number in range(11))}
        return {**{name: one if name in _OUR_NAMES else _spoilt(one, numbers) for name, one in value.items()}, **own}
    if isinstance(value, list):
        return [_spoilt(one, numbers) for one in value]
    return _packed(next(numbers), 600) if isinstance(value, str) else value
