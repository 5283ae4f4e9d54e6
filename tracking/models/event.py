"""What did a person do in the product?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from config.ids import new_id
from preferences.models import Contact
from tracking.steps import Step, tell_event

# A decimal travels as a string. Whatever stands there, storing the event must not fail for it: else NULL.
_TOTAL = (
    "CASE WHEN jsonb_typeof(payload -> 'total') = 'number' AND length(payload ->> 'total') <= 40"
    " THEN (payload ->> 'total')::numeric"
    " WHEN payload ->> 'total' ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$'"
    " THEN (payload ->> 'total')::numeric END"
)


class Event(models.Model):
    """Something that happened in the application. An accepted row without `routed_at` is its own waiting list."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"  # kept with its faults, routed nowhere
        DUPLICATE = "duplicate", "Duplicate"  # the same fact again inside the declared window
        WITHDRAWAL = "withdrawal", "Withdrawal"  # no event: takes back what the one with its name and key caused

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="events")
    source = models.CharField(max_length=64, default="app", help_text="Who raised it: the application, an API token.")
    key = models.CharField(max_length=200, blank=True, help_text="Idempotency key given by the caller.")
    state = models.CharField(max_length=16, choices=State.choices)
    payload = models.JSONField(default=dict, help_text="Secret fields are masked here.")
    secrets = models.BinaryField(null=True, editable=False, help_text="Sealed secret fields, erased once handed over.")
    body_digest = models.BinaryField(max_length=16, null=True, editable=False)
    total = models.GeneratedField(
        expression=RawSQL(_TOTAL, ()),  # noqa: S611 - a constant
        output_field=models.DecimalField(max_digits=1000, decimal_places=12, null=True),
        db_persist=True,
        help_text="The payload's field of this name, where it is a number: what sums are asked of most.",
    )
    faults = models.JSONField(default=list, help_text="Path and reason of each fault of a refused event.")
    duplicate_of = models.UUIDField(null=True, editable=False)
    stream = models.CharField(max_length=16, blank=True, help_text="Most urgent lane of the types it feeds.")
    send_at = models.DateTimeField(null=True, editable=False, help_text="Its mails are not sent before this time.")
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    routed_at = models.DateTimeField(null=True, editable=False)
    route_crashes = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["stream", "id"], name="event_waiting", condition=Q(routed_at=None, state="accepted")),
            models.Index(
                fields=["stream", "id"], name="event_withdrawing", condition=Q(routed_at=None, state="withdrawal")
            ),
            # A withdrawal finds its event, and an event that is routed its withdrawals.
            models.Index(fields=["contact", "key"], name="event_keyed", condition=~Q(key="")),
            models.Index(fields=["contact", "-id"]),
            models.Index(fields=["name", "-id"]),
            # Who did what since when: segments count it from the index alone, without a look at the wide rows.
            models.Index(
                fields=["name", "received_at"],
                include=["contact", "total"],
                name="event_happened",
                condition=Q(state="accepted", contact__isnull=False),
            ),
            # Who did what at all, and when last: person by person, so that nothing is sorted or hashed.
            models.Index(
                fields=["name", "contact", "received_at"],
                name="event_by_person",
                condition=Q(state="accepted", contact__isnull=False),
            ),
        ]

    is_replay = False  # set on the row handed back for a key seen before

    def __str__(self) -> str:
        return self.name

    def explain(self) -> list[Step]:
        """Why it did, or didn't, become mail: every step with its code and a sentence, oldest first."""
        return tell_event(self)


class EventClaim(models.Model):
    """Who holds an idempotency key (scope: the event's source) or a dedupe hash (scope: "dedupe:<event name>")."""

    scope = models.CharField(max_length=140)
    key = models.CharField(max_length=200)
    event_id = models.UUIDField()
    body_digest = models.BinaryField(max_length=16)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="event_claim_once")]

    def __str__(self) -> str:
        return f"{self.scope}/{self.key}"
