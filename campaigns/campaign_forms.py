"""What does a marketer write about a campaign?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.audience.parts import Audience, read_audience
from campaigns.models import Campaign, Segment
from campaigns.planning.contents import published_templates
from campaigns.planning.recurrence import BadCron, read_cron
from campaigns.planning.timing import home
from notifications.models import Template
from preferences.models import ContactList, Topic

_PARTS = ("segments", "lists", "without_segments", "without_lists")
_MOMENT = "%Y-%m-%dT%H:%M"


class NewCampaignForm(forms.Form):
    """The name of a new draft."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("For you and your colleagues; nobody who gets it sees it."),
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Spring sale"}),
    )  # fmt: skip


class Many(forms.TypedMultipleChoiceField):
    """Ids of rows, chosen by ticking."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, required=False, **kwargs)


def name_template(template: Template) -> str:
    """Its name; the key beside it where they differ by more than spelling."""
    name = template.name or template.key
    return name if template.key == name.lower().replace(" ", "-") else f"{name} ({template.key})"


class CampaignForm(forms.Form):
    """A whole draft. Times are of the company's clock; what is not asked for by the schedule is left alone."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=UnfoldAdminTextInputWidget())
    topic = forms.ModelChoiceField(
        Topic.objects.all(), label=_("Topic"), required=False, empty_label=_("Choose one"),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("What people subscribe to. Who turned it off does not get this mail."),
    )  # fmt: skip
    is_everybody = forms.BooleanField(label=_("Everybody who may get the topic"), required=False)
    segments = Many(label=_("Segments"))
    lists = Many(label=_("Lists"))
    without_segments = Many(label=_("Without segments"))
    without_lists = Many(label=_("Without lists"))
    holdout_percent = forms.IntegerField(
        label=_("Hold out, in percent"), min_value=0, max_value=50, required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("A share that gets nothing, to see what the campaign is worth. Always the same people."),
    )  # fmt: skip
    template = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Template"), required=False, empty_label=_("Choose one"),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Published ones. The version that is published at the approval is the one that goes."),
    )  # fmt: skip
    schedule = forms.ChoiceField(label=_("When"), choices=Campaign.Schedule.choices, widget=forms.RadioSelect)
    starts_at = forms.DateTimeField(
        label=_("Begins"), required=False, input_formats=[_MOMENT],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )  # fmt: skip
    local_date = forms.DateField(
        label=_("Day"), required=False, widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    local_time = forms.TimeField(
        label=_("Time of each person's own day"), required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )  # fmt: skip
    late_zones = forms.ChoiceField(
        label=_("Where that time has passed already, people get it"), choices=Campaign.LateZone.choices,
        required=False, widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    cron = forms.CharField(
        label=_("Repeats"), required=False, max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "0 9 * * 1", "list": "repeats", "spellcheck": "false"}),
        help_text=_("Minute, hour, day of the month, month, day of the week: 0 9 * * 1 is every Monday at nine."),
    )  # fmt: skip
    throttle_per_hour = forms.IntegerField(
        label=_("At most so many an hour"), min_value=1, max_value=10_000_000, required=False,
        widget=UnfoldAdminIntegerFieldWidget(), help_text=_("Empty: as fast as accounts and warm-up allow."),
    )  # fmt: skip
    canary_size = forms.IntegerField(
        label=_("Try it on the first"), min_value=20, max_value=1_000_000, required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("So many go first. It pauses by itself when too many bounce, fail or complain. Empty: no trial."),
    )  # fmt: skip
    canary_minutes = forms.IntegerField(
        label=_("Minutes that the trial waits"), min_value=1, max_value=1440, required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip
    is_engaged_first = forms.BooleanField(label=_("Those who read most go first"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = published_templates()  # type: ignore[attr-defined] # a choice of rows
        self.fields["template"].label_from_instance = name_template  # type: ignore[attr-defined]
        segments = [(one.pk, one.name) for one in Segment.objects.filter(archived_at=None)]
        lists = [(one.pk, one.name) for one in ContactList.objects.all()]
        for name in _PARTS:
            chosen = {str(one) for one in self[name].value() or ()}
            # What is ticked stands first: the list may be longer than the part of it that is in sight.
            self.fields[name].choices = sorted(  # type: ignore[attr-defined]
                segments if "segments" in name else lists, key=lambda one: str(one[0]) not in chosen
            )

    def clean_cron(self) -> str:
        """Tidied, where the schedule asks for it."""
        text: str = self.cleaned_data["cron"]
        if self.data.get("schedule") != Campaign.Schedule.RECURRING or not text.strip():
            return text.strip()  # the checks say that it is still to be written
        try:
            return read_cron(text)
        except BadCron as fault:
            raise forms.ValidationError(str(fault)) from None

    def changes(self) -> dict[str, Any]:
        """What `editing.save` takes."""
        written = dict(self.cleaned_data)
        audience = Audience(
            is_everybody=written.pop("is_everybody"), **{name: tuple(written.pop(name)) for name in _PARTS}
        )
        topic, template = written.pop("topic"), written.pop("template")
        starts_at = written["starts_at"]
        return {
            **written, "audience": audience.as_json(), "topic_id": topic.pk if topic else None,
            "template_id": template.pk if template else None,
            "starts_at": starts_at.replace(tzinfo=home()) if starts_at else None,
            "holdout_percent": written["holdout_percent"] or 0, "canary_minutes": written["canary_minutes"] or 30,
            "late_zones": written["late_zones"] or Campaign.LateZone.NEXT_DAY,
        }  # fmt: skip


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """A campaign as the form shows it."""
    audience = read_audience(campaign.audience)
    there = campaign.starts_at.astimezone(home()) if campaign.starts_at else None
    return {
        "name": campaign.name, "topic": campaign.topic_id, "is_everybody": audience.is_everybody,
        **{name: list(getattr(audience, name)) for name in _PARTS},
        "holdout_percent": campaign.holdout_percent, "template": campaign.template_id, "schedule": campaign.schedule,
        "starts_at": there.strftime(_MOMENT) if there else None,
        "local_date": campaign.local_date.isoformat() if campaign.local_date else None,
        "local_time": f"{campaign.local_time:%H:%M}" if campaign.local_time else None,
        "late_zones": campaign.late_zones, "cron": campaign.cron, "throttle_per_hour": campaign.throttle_per_hour,
        "canary_size": campaign.canary_size, "canary_minutes": campaign.canary_minutes,
        "is_engaged_first": campaign.is_engaged_first,
    }  # fmt: skip


class ApprovalForm(forms.Form):
    """What an approver gives: the revision they saw, and for very many the number, typed."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.IntegerField(widget=forms.HiddenInput, required=False)
    typed = forms.CharField(required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        """The number typed must be the one that was shown."""
        given = super().clean() or {}
        shown, typed = given.get("shown"), str(given.get("typed", ""))
        if shown is not None and typed.replace(",", "").replace(" ", "") != str(shown):
            raise forms.ValidationError(f"Nothing was sent: to confirm, type the number {shown}.")
        return given


class NoteForm(forms.Form):
    """A word to the author."""

    note = forms.CharField(
        label=_("What should be changed?"), max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
