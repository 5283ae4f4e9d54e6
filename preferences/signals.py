"""What does the preferences app announce?"""

from __future__ import annotations

from django.dispatch import Signal

#: A contact turned something off. Sent inside the writing transaction.
#: Arguments: contact (Contact), topic (Topic or None for everything), message_id (UUID or None: the mail it came from).
unsubscribed = Signal()

#: A contact turned something on again. Same arguments.
resubscribed = Signal()

#: An address was suppressed. Arguments: contact (Contact), suppression (Suppression).
suppressed = Signal()
