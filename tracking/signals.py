"""How does an application say that something happened, and what does tracking announce?"""

from __future__ import annotations

from django.dispatch import Signal

#: An application raises an event: `event.send(sender=Order, name="order.placed", contact=user, payload={…}, key="…")`.
#:
#: - `name` (str): a declared event name.
#: - `contact`: a Contact, a user, or an e-mail address.
#: - `payload` (dict): as the event's schema declares it; at most 256 KB as JSON.
#: - `key` (str, optional): idempotency key; the same key within 24 hours gives the same event.
#: - `send_at` (datetime, optional): an aware time before which its mails are not sent.
#:
#: Rows are written in the caller's own transaction and nothing else happens in it. A bad event is kept as refused and
#: never raises, except under `POSTRIDER_STRICT`. The response of the receiver is the `tracking.models.Event`.
event = Signal()

#: An application takes back what an event causes: `withdrawal.send(sender=Cart, name="cart.left", contact=user,
#: key="cart-17")`.
#:
#: - `name` (str), `contact`, `key` (str): as the event was raised with.
#:
#: Mails that wait are cancelled with the reason `withdrawn`, also when the event is not routed yet; a mail that is
#: being sent at that moment is not stopped. Kept or lost with the caller's transaction, and like an event it never
#: raises, except under `POSTRIDER_STRICT`. The response of the receiver is the `Event` row that records it.
withdrawal = Signal()

#: An event was recorded. Argument: event (Event). Sent inside the caller's transaction.
event_recorded = Signal()

#: An event was taken back. Argument: event (Event, the withdrawal). Sent inside the caller's transaction.
withdrawal_recorded = Signal()

#: Something became of a mail. Argument: message_event (MessageEvent). Sent inside the transaction that stores it.
message_event_recorded = Signal()

#: Reports are about to change mails. Argument: message_ids (list of UUID). Sent inside that transaction before a row of
#: these messages is taken: who keeps rows about them that others take before the messages takes them now.
evidence_expected = Signal()

#: Reports proved that mails were accepted. Argument: message_ids (list of UUID). Sent inside that transaction.
evidence_found = Signal()
