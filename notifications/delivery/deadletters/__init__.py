"""What becomes of mails that were given up, and how do they come back?"""

from notifications.delivery.deadletters.burial import Burial, bury
from notifications.delivery.deadletters.content import version_to_send
from notifications.delivery.deadletters.ending import discard, forget_accepted
from notifications.delivery.deadletters.pile import check_pile
from notifications.delivery.deadletters.replaying import Replay, count_replayable, replay
from notifications.delivery.deadletters.shelf_life import REFUSALS, erase_expired_secrets, refusal_of

__all__ = [
    "REFUSALS",
    "Burial",
    "Replay",
    "bury",
    "check_pile",
    "count_replayable",
    "discard",
    "erase_expired_secrets",
    "forget_accepted",
    "refusal_of",
    "replay",
    "version_to_send",
]
