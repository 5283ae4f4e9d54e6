"""What was changed for many contacts at once, by whom, and how far is it?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class BulkEdit(models.Model):
    """One change for many, from its plan to its end. The row stays, as the record of who changed what."""

    class Action(models.TextChoices):
        SET_ATTRIBUTE = "set_attribute", "Set an attribute"
        CLEAR_ATTRIBUTE = "clear_attribute", "Clear an attribute"
        ADD_TO_LIST = "add_to_list", "Put on a list"
        REMOVE_FROM_LIST = "remove_from_list", "Take off a list"
        SET_LOCALE = "set_locale", "Set the language"
        SET_TIME_ZONE = "set_time_zone", "Set the time zone"

    class State(models.TextChoices):
        PLANNED = "planned", "Waits for your word"
        RUNNING = "running", "Being changed"
        STOPPED = "stopped", "Stopped"  # what was done stays done
        DONE = "done", "Done"

    audience = models.CharField(max_length=64, blank=True, help_text='Whom: "all", "list:3"; empty: the chosen ones.')
    audience_name = models.CharField(max_length=200)
    contact_ids = ArrayField(models.BigIntegerField(), default=list, help_text="Those who were chosen one by one.")
    action = models.CharField(max_length=32, choices=Action.choices)
    subject = models.CharField(max_length=64, blank=True, help_text="The attribute's key, or the list's number.")
    value = models.JSONField(null=True)
    described = models.CharField(max_length=300, help_text="In words, as it was planned.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PLANNED)
    people = models.PositiveIntegerField(default=0, help_text="Whom it was about as it was planned.")
    differing = models.PositiveIntegerField(default=0, help_text="For how many of them it would change something.")
    last_id = models.BigIntegerField(help_text="Contacts that come later are left out.")
    done_through = models.BigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    created_by = models.BigIntegerField(null=True, help_text="The member of staff, by id.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.described
