"""Which roles are there, and what may each do? Django groups, given their permissions after every migration.

What a role is given here it always has; more can be added to a group by hand and stays.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate

_PEOPLE = ("preferences.attribute", "preferences.contactlist", "preferences.contactimport",
           "preferences.contactexport")  # fmt: skip
_RULES = ("preferences.quiethours", "preferences.frequencycap")
_LOG = ("tracking.event", "tracking.message", "tracking.messageevent", "preferences.contact", "preferences.choice",
        "preferences.topic", "preferences.suppression", "preferences.signupform", "preferences.signup",
        "preferences.consentrecord", "preferences.consentwording", *_PEOPLE, *_RULES)  # fmt: skip
_MAIL = ("notifications.template", "notifications.brand", "notifications.templateversion", "notifications.publication",
         "notifications.templatetest", "notifications.seedlist")  # fmt: skip
_WRITING = ("notifications.templatedraft", "notifications.savedblock", "notifications.picture", "notifications.brand",
            "notifications.publication", "notifications.templatetest", "notifications.seedlist")  # fmt: skip
_SENDING = ("notifications.sender", "notifications.senderdomain", "notifications.warmupplan", "notifications.warmupday")
_CHOOSING = ("campaigns.segment", "campaigns.segmentsize")
_MARKETED = ("preferences.topic", "preferences.suppression", "preferences.signupform", "campaigns.segment",
             *_PEOPLE, *_RULES, *_WRITING)  # fmt: skip
_REMOVED = ("notifications.brand", "notifications.savedblock", "notifications.seedlist", "campaigns.segment")
_ENGINE = ("notifications.provider", "notifications.poolmember", "notifications.outbox", "notifications.call",
           "notifications.attempt", "notifications.hold", "notifications.workerbeat", "notifications.deadletter",
           "tracking.webhookreceipt", "tracking.link")  # fmt: skip

_CAMPAIGNS = ("campaigns.campaign", "campaigns.campaignrecipient", "campaigns.auditentry")

#: Role -> action -> models.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "developer": {
        "view": (*_LOG, *_MAIL, *_SENDING, *_ENGINE, *_CHOOSING, *_CAMPAIGNS),
        "add": (
            "preferences.topic",
            "preferences.attribute",
            "notifications.provider",
            "notifications.poolmember",
            "campaigns.segment",
            *_WRITING,
        ),
        "change": (
            *_WRITING,
            "preferences.topic",
            "preferences.contact",
            *_PEOPLE,
            "notifications.deadletter",
            "notifications.provider",
            "notifications.poolmember",
            "notifications.senderdomain",
            "notifications.warmupplan",
            "notifications.hold",
            "campaigns.segment",
        ),
        "delete": ("notifications.poolmember", "preferences.contact", *_REMOVED),  # of contacts: to erase people
    },
    "marketer": {
        "view": (*_LOG, *_MAIL, *_SENDING, *_CHOOSING, *_CAMPAIGNS),
        "add": ("campaigns.campaign", *_MARKETED),
        "change": ("campaigns.campaign", "preferences.contact", *_MARKETED),
        "delete": (*_RULES, *_REMOVED),
    },
    # Looks at what others ask for, and sends it; whoever writes as well has both roles.
    "approver": {
        "view": (*_LOG, *_MAIL, *_SENDING, *_CHOOSING, *_CAMPAIGNS),
        "add": ("notifications.publication", "notifications.templatetest"),
        "change": ("notifications.publication",),
        "approve": ("campaigns.campaign", "notifications.publication"),
    },
    "support": {
        "view": (*_LOG, *_MAIL, *_CHOOSING, "campaigns.campaign", "campaigns.campaignrecipient"),
        "delete": ("preferences.contact",),
    },
}


def connect() -> None:
    """Grant the roles as each app's permissions come into being."""
    post_migrate.connect(_grant, dispatch_uid="config.roles")


def _grant(sender: AppConfig, using: str = "default", **_: Any) -> None:
    from django.contrib.auth.models import Group, Permission

    for role, actions in ROLES.items():
        wanted = Q()
        for action, models in actions.items():
            for model in models:
                app, name = model.split(".")
                if app == sender.label:
                    wanted |= Q(content_type__app_label=app, codename=f"{action}_{name}")
        if wanted:
            group, _made = Group.objects.using(using).get_or_create(name=role)
            group.permissions.add(*Permission.objects.using(using).filter(wanted))
