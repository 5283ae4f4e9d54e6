"""What does the preferences app announce?"""

from __future__ import annotations

from django.dispatch import Signal

#: A contact turned something off. Sent inside the writing transaction.
#: Arguments: contact (Contact), topic (Topic or None for everything), type_key (one kind of mail, then topic is None;
#: else ""), message_id (UUID or None: the mail it came from), reason ("", or a code when the person says why; then it
#: is sent a second time for the same unsubscribe).
unsubscribed = Signal()

#: A contact turned something on again. Same arguments.
resubscribed = Signal()

#: An address was suppressed. Arguments: contact (Contact), suppression (Suppression).
suppressed = Signal()

#: Somebody signed up through a form; the owner of the address must now be asked. Sent inside that transaction.
#: Argument: sign_up (SignUp).
sign_up_requested = Signal()

#: A person was erased, sent inside that transaction: listeners erase what they keep of the person themselves.
#: Arguments: contact (Contact: an empty shell by now), address (str: normalised, "" where there was none), user_id
#: (int or None: the user that the contact belonged to), source (str: who asked).
contact_erased = Signal()
