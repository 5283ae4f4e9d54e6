"""Where does staff set the company's quiet hours and frequency caps?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.logtables import TeachingAdmin, labelled
from preferences.caps import forget_caps
from preferences.models import FrequencyCap, QuietHours
from preferences.quiet_hours import forget_rules
from preferences.rule_forms import FrequencyCapForm, QuietHoursForm
from preferences.rule_week import draw_week

_STATES = {"In force": "success", "Off": "warning"}


class _RuleAdmin(TeachingAdmin):
    ordering = ("name",)
    list_display_links = ("name",)
    sortable_by = ()

    @labelled("State", _STATES)
    def state(self, rule: Any) -> str:
        return "In force" if rule.is_active else "Off"


@admin.register(QuietHours)
class QuietHoursAdmin(_RuleAdmin):
    """Times of the person's own day at which no news is sent."""

    empty_hint = (
        "There are no quiet hours: news may arrive in the middle of the night. Add for instance "
        "“Nothing between 21:00 and 08:00”; it is read by the clock where each person lives."
    )
    form = QuietHoursForm
    list_display = ("name", "week", "between", "for_streams", "state")
    fieldsets = (
        (None, {"fields": ("name", "kind", ("starts", "ends"), "days")}),
        ("For what", {"fields": ("streams", "is_active")}),
    )

    def save_model(self, request: HttpRequest, obj: QuietHours, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_rules()

    def delete_model(self, request: HttpRequest, obj: QuietHours) -> None:
        super().delete_model(request, obj)
        forget_rules()

    @admin.display(description="Week, from midnight to midnight")
    def week(self, rule: QuietHours) -> SafeString:
        return draw_week(rule)

    @admin.display(description="Hours")
    def between(self, rule: QuietHours) -> str:
        words = _("Only from") if rule.kind == QuietHours.Kind.OPEN else _("Nothing from")
        return f"{words} {rule.starts:%H:%M} to {rule.ends:%H:%M}"

    @admin.display(description="Streams")
    def for_streams(self, rule: QuietHours) -> str:
        return ", ".join(rule.streams)


@admin.register(FrequencyCap)
class FrequencyCapAdmin(_RuleAdmin):
    """At most so many mails to a person in a period."""

    empty_hint = (
        "There are no caps: whoever is in many segments gets as much mail as there is. Add for instance "
        "“At most 3 marketing mails a week”. What comes beyond it waits, is left out or joins a digest, as its type "
        "says."
    )
    form = FrequencyCapForm
    list_display = ("name", "limit", "for_streams", "topic", "state")
    list_select_related = ("topic",)
    fieldsets = (
        (None, {"fields": ("name", ("most", "period"), "is_calendar")}),
        ("For what", {"fields": ("streams", "topic", "is_active")}),
    )

    def save_model(self, request: HttpRequest, obj: FrequencyCap, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_caps()

    def delete_model(self, request: HttpRequest, obj: FrequencyCap) -> None:
        super().delete_model(request, obj)
        forget_caps()

    @admin.display(description="At most")
    def limit(self, cap: FrequencyCap) -> str:
        how = _("by the calendar") if cap.is_calendar else _("rolling")
        return f"{cap.most} a {cap.period}, {how}"

    @admin.display(description="Streams")
    def for_streams(self, cap: FrequencyCap) -> str:
        return ", ".join(cap.streams)
