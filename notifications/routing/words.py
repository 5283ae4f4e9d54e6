"""What does a step say in a sentence? One table of codes, one place for the words."""

from __future__ import annotations

#: Reasons of routing's own, beside those of preferences.eligibility; they follow "because".
REASONS: dict[str, str] = {
    "unknown_template": "Its template was never published: run manage.py sync_templates",
    "expired": "It was too late to be of use",
    "withdrawn": "The application took its event back",
    "no_phone": "No phone number is known",
    "no_address": "The channel does not know how to reach the person",
    "throttled": "The person got as many mails of this kind as its type allows for a while",
}

#: Step and code: the sentence, with {detail} where it has a value.
SENTENCES: dict[tuple[str, str], str] = {
    ("validate", "ok"): "Its name is declared and its payload fits.",
    ("validate", "refused"): "The event was refused: {detail}.",
    ("validate", "withdrawal"): "It is no event: it takes back what the event with this name and key caused.",
    ("idempotency", "no_key"): "It carries no key, so no repetition can be told by one.",
    ("idempotency", "new"): "Its key is new: nobody used it in the 24 hours before.",
    ("idempotency", "replayed"): "Its key was used before for the same body, so this is the first event again.",
    ("idempotency", "key_reused"): "It was refused, because its key had been used for another body within 24 hours.",
    ("dedupe", "no_window"): "Its types declare no window in which the same again would be a duplicate.",
    ("dedupe", "keyed"): "It carries a key, so it is not compared with what happened shortly before.",
    ("dedupe", "new"): "Nothing like it happened before within the declared window.",
    ("dedupe", "duplicate"): "The same had happened within the declared window: it stands for event {detail}.",
    ("recipients", "ok"): "The person can be reached.",
    ("recipients", "unknown"): "Nobody could be told from its contact: {detail}.",
    ("recipients", "known"): "The person is known.",
    ("channel", "not_asked_for"): "It is not sent by {detail}, since the person did not ask for that.",
    ("types", "nothing_new"): "It causes nothing again.",
    ("types", "none"): "No type listens to this event, so it causes no mail.",
    ("types", "waiting"): "It is not decided yet: the event waits to be routed.",
    ("types", "crashed"): "It caused nothing, because routing it failed: {detail}.",
    ("types", "withdrawn"): "It caused no mail, because the application took the event back.",
    ("types", "nothing"): "It was routed and caused no mail: no type listened to it then.",
    ("rules", "allowed"): "Nothing stood against it.",
    ("preference", "ok"): "The person's choices do not stand against it.",
    ("consent", "ok"): "No further consent is needed, or it was given.",
    ("suppression", "ok"): "The address is not suppressed.",
    ("throttle", "ok"): "The person did not get too many of this kind lately.",
    ("digest", "at_once"): "It is sent by itself, not in a digest.",
    ("digest", "window"): "It is gathered with what follows within the type's window.",
    ("digest", "daily"): "It is gathered for the person's daily digest.",
    ("digest", "weekly"): "It is gathered for the person's weekly digest.",
    ("items", "gathered"): "It stands for {detail} events.",
    ("submit", "ok"): "It was handed to delivery.",
    ("quiet_hours", "expected"): "It is expected to wait for the end of quiet hours, {detail}.",
    ("caps", "expected_defer"): "The person's caps are used up, so it is expected to wait for room.",
    ("caps", "expected_drop"): "The person's caps are used up, so it is expected to be dropped.",
    ("caps", "expected_digest"): "The person's caps are used up, so it is expected to join the next daily digest.",
}  # fmt: skip
