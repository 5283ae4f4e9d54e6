"""Which rows does the engine work on?"""

from notifications.delivery.models.alert import Alert
from notifications.delivery.models.breaker import Breaker, DomainPause
from notifications.delivery.models.call import Attempt, Call
from notifications.delivery.models.dead_letter import DeadLetter
from notifications.delivery.models.hold import Hold
from notifications.delivery.models.outbox import Outbox
from notifications.delivery.models.provider import PoolMember, Provider
from notifications.delivery.models.sender import Sender, SenderDomain
from notifications.delivery.models.template_test import SeedList, TemplateTest
from notifications.delivery.models.waiting import WAITING_COLUMNS, WaitingMail
from notifications.delivery.models.warmup import WarmupDay, WarmupPlan
from notifications.delivery.models.worker import WorkerBeat

__all__ = [
    "WAITING_COLUMNS",
    "Alert",
    "Attempt",
    "Breaker",
    "Call",
    "DeadLetter",
    "DomainPause",
    "Hold",
    "Outbox",
    "PoolMember",
    "Provider",
    "SeedList",
    "Sender",
    "SenderDomain",
    "TemplateTest",
    "WaitingMail",
    "WarmupDay",
    "WarmupPlan",
    "WorkerBeat",
]
