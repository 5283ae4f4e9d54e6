"""What does staff write into a rule about hours and numbers, and what is no rule?"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from config import clock
from config.queues import Stream
from preferences.caps import CAPPED_STREAMS
from preferences.models import FrequencyCap, QuietHours
from preferences.quiet_hours import HORIZON, Rule, first_allowed, rule_of

WEEKDAYS = [
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
    (5, _("Saturday")), (6, _("Sunday")),
]  # fmt: skip
_STREAMS = [(stream.value, stream.label) for stream in Stream if stream.value in CAPPED_STREAMS]


class _StreamsForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable when it runs
    streams = forms.MultipleChoiceField(
        choices=_STREAMS, widget=UnfoldAdminCheckboxSelectMultipleWidget(), initial=list(CAPPED_STREAMS),
        help_text=_("Critical and transactional mail is always exempt."),
    )  # fmt: skip


class QuietHoursForm(_StreamsForm):
    """Refuses hours that are never quiet, and rules that together leave no hour to send in."""

    days = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS, coerce=int, widget=UnfoldAdminCheckboxSelectMultipleWidget(), initial=list(range(7)),
        help_text=_("On which it begins. Hours over midnight belong to the day on which they begin."),
    )  # fmt: skip

    class Meta:
        model = QuietHours
        fields = ("name", "kind", "starts", "ends", "days", "streams", "is_active")

    def clean(self) -> dict[str, Any]:
        """With the other active rules some hour of two weeks must be left, for each stream."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors or not given["is_active"]:
            return given
        mine = rule_of(QuietHours(**given))
        if blocked := [stream for stream in given["streams"] if not _is_any_hour_left(stream, mine, self.instance.pk)]:
            names = ", ".join(str(dict(_STREAMS)[stream]) for stream in blocked)
            raise forms.ValidationError(
                _("With the other rules no hour of the week would be left for %(streams)s. Leave some room."),
                params={"streams": names},
            )
        return given


class FrequencyCapForm(_StreamsForm):
    """At most so many; none at all would be a pause, which is somewhere else."""

    class Meta:
        model = FrequencyCap
        fields = ("name", "most", "period", "is_calendar", "streams", "topic", "is_active")

    def clean_most(self) -> int:
        """At least one."""
        most: int = self.cleaned_data["most"]
        if most < 1:
            raise forms.ValidationError(_("At least 1. To send nothing at all, pause the stream under Queues."))
        return most


def _is_any_hour_left(stream: str, mine: Rule, changed_id: int | None) -> bool:
    others = [rule_of(row) for row in QuietHours.objects.filter(is_active=True) if row.pk != changed_id]
    rules = tuple(rule for rule in (*others, mine) if stream in rule.streams)
    at = clock.now()
    return (first_allowed(rules, ZoneInfo("UTC"), at=at) or at) < at + HORIZON
