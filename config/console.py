"""What stands in the console's sidebar, for whom?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's sidebar; items that the person may not open are left out by their permission."""
    return [
        _group("", [
            _item(_("Overview"), "monitoring", "admin:index", "tracking.view_message"),
            _item(_("Health"), "stethoscope", "health", "notifications.view_workerbeat"),
            _item(_("Queues and workers"), "stacks", "notifications:queues", "notifications.view_outbox"),
        ]),
        _group(_("Activity"), [
            _item(_("Messages"), "mail", "notifications:messages", "tracking.view_message"),
            _item(_("Reports"), "query_stats", "campaigns:reports", "tracking.view_message"),
            _item(_("Dead letters"), "skull", "notifications:deadletters", "notifications.view_deadletter"),
            _item(_("Uncertain"), "help", "notifications:uncertain", "notifications.view_deadletter"),
            _item(_("Events"), "bolt", "admin:tracking_event_changelist", "tracking.view_event"),
            _item(_("Dry run"), "experiment", "notifications:dry-run", "tracking.view_message"),
            _item(_("Webhook receipts"), "webhook", "admin:tracking_webhookreceipt_changelist",
                  "tracking.view_webhookreceipt"),
        ]),
        _group(_("Marketing"), [
            _item(_("Campaigns"), "campaign", "campaigns:campaigns", "campaigns.view_campaign"),
            _item(_("Audit log"), "history", "campaigns:audit", "campaigns.view_auditentry"),
        ]),
        _group(_("People"), [
            _item(_("Contacts"), "group", "admin:preferences_contact_changelist", "preferences.view_contact"),
            _item(_("Segments"), "filter_alt", "campaigns:segments", "campaigns.view_segment"),
            _item(_("Attributes"), "label", "preferences:attributes", "preferences.view_attribute"),
            _item(_("Topics"), "sell", "admin:preferences_topic_changelist", "preferences.view_topic"),
            _item(_("Sign-up forms"), "how_to_reg", "preferences:sign-up-forms", "preferences.view_signupform"),
            _item(_("Consent"), "verified_user", "admin:preferences_consentrecord_changelist",
                  "preferences.view_consentrecord"),
            _item(_("Suppressions"), "block", "admin:preferences_suppression_changelist",
                  "preferences.view_suppression"),
            _item(_("Quiet hours"), "bedtime", "admin:preferences_quiethours_changelist",
                  "preferences.view_quiethours"),
            _item(_("Frequency caps"), "speed", "admin:preferences_frequencycap_changelist",
                  "preferences.view_frequencycap"),
        ]),
        _group(_("Mail"), [
            _item(_("Types"), "category", "notifications:types", "notifications.view_template"),
            _item(_("Templates"), "draft", "notifications:templates", "notifications.view_template"),
            _item(_("Brands"), "palette", "notifications:brands", "notifications.view_brand"),
            _item(_("Saved blocks"), "bookmarks", "notifications:shared-blocks", "notifications.view_template"),
            _item(_("Seed lists"), "forward_to_inbox", "notifications:seed-lists", "notifications.view_seedlist"),
            _item(_("Gallery"), "gallery_thumbnail", "notifications:gallery", "notifications.view_template"),
        ]),
        _group(_("Sending"), [
            _item(_("Providers"), "send", "notifications:providers", "notifications.view_provider"),
            _item(_("Accounts"), "key_vertical", "admin:notifications_provider_changelist",
                  "notifications.view_provider"),
            _item(_("Sending domains"), "dns", "notifications:domains", "notifications.view_senderdomain"),
            _item(_("Warm-up"), "trending_up", "notifications:warmups", "notifications.view_warmupplan"),
        ]),
        _group(_("Access"), [
            _item(_("Staff"), "badge", "admin:auth_user_changelist", "auth.view_user"),
            _item(_("Roles"), "key", "admin:auth_group_changelist", "auth.view_group"),
        ]),
    ]  # fmt: skip


def environment_badge(request: HttpRequest) -> list[str] | None:
    """Says on every page that this is not production, where nothing reaches a real person."""
    if settings.IS_PRODUCTION:
        return None
    if settings.POSTRIDER_ALLOW_REAL_PROVIDERS:
        return [_("real mail on"), "warning"]
    return [_("simulator only"), "info"]


def stylesheet(request: HttpRequest) -> str:
    """The console's own styles, on top of Unfold's."""
    return static("console/console.css")


def favicon(request: HttpRequest) -> str:
    """The browser tab's picture."""
    return static("console/favicon.svg")


def _group(title: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "separator": False, "items": items}


def _item(title: str, icon: str, page: str, permission: str) -> dict[str, Any]:
    return {
        "title": title, "icon": icon, "link": reverse(page),
        "permission": lambda request: request.user.has_perm(permission),
    }  # fmt: skip
