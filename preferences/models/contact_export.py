"""Which tables of contacts were taken out, by whom, and how far is each?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class ContactExport(models.Model):
    """One table, from its order to the end of its days. The row stays, as the record of who took what."""

    class State(models.TextChoices):
        RUNNING = "running", "Being written"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"
        GONE = "gone", "Not kept any more"

    audience = models.CharField(max_length=64, help_text='Whom it holds: "all", "list:3".')
    audience_name = models.CharField(max_length=200)
    columns = models.JSONField(help_text="What it holds of each.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    created_by = models.BigIntegerField(null=True, help_text="The member of staff, by id.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_id = models.BigIntegerField(help_text="Contacts that come later are left out.")
    done_through = models.BigIntegerField(default=0, help_text="The last contact that was looked at.")
    written = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"export {self.pk}"


class ExportPart(models.Model):
    """Some lines of the table."""

    table = models.ForeignKey(ContactExport, on_delete=models.CASCADE, related_name="texts", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="export_part_once")]

    def __str__(self) -> str:
        return f"part {self.number}"
