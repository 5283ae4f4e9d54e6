"""Which rows does the engine work on?"""

from notifications.delivery.models.call import Attempt, Call
from notifications.delivery.models.hold import Hold
from notifications.delivery.models.outbox import Outbox
from notifications.delivery.models.provider import PoolMember, Provider
from notifications.delivery.models.worker import WorkerBeat

__all__ = ["Attempt", "Call", "Hold", "Outbox", "PoolMember", "Provider", "WorkerBeat"]
