"""What did staff do, beside saving forms? One line each in the admin's history of the row."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django.http import HttpRequest


def note_action(request: HttpRequest, row: Model, text: str) -> None:
    """Write `text` into the history of `row`. It holds no addresses of people and no secrets."""
    LogEntry.objects.log_actions(
        user_id=request.user.pk or 0, queryset=[row], action_flag=CHANGE, change_message=text[:500], single_object=True
    )
