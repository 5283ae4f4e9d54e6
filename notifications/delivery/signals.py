"""What does delivery announce?"""

from __future__ import annotations

from django.dispatch import Signal

#: Mails beyond a frequency cap whose type says that they join the next digest; they are settled as skipped already.
#: Sent by the gate inside its transaction. Arguments: rows (list[Claimed]), at (datetime).
beyond_cap = Signal()
