"""Which lists of addresses were brought in to be suppressed, and how far is each?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class SuppressionList(models.Model):
    """One list, from its upload to its end."""

    class State(models.TextChoices):
        READ = "read", "Waits for your word"  # looked through; nothing is suppressed yet
        RUNNING = "running", "Being suppressed"
        STOPPED = "stopped", "Stopped"  # what was done stays done
        DONE = "done", "Done"
        LIFTING = "lifting", "Being lifted"
        LIFTED = "lifted", "Lifted"

    file_name = models.CharField(max_length=120)
    encoding = models.CharField(max_length=16)
    header = models.CharField(max_length=200, blank=True, help_text="The line that was taken for a header.")
    scope = models.CharField(max_length=16)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.READ)
    created_by = models.BigIntegerField(null=True, help_text="The member of staff, by id.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # How many lines, and what is with their addresses as the list was read.
    lines = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    # How far it is, and what came of it.
    last_number = models.PositiveIntegerField(default=0)
    done_through = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    lifted = models.PositiveIntegerField(default=0)
    lift_note = models.CharField(max_length=200, blank=True)
    lifted_by = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class SuppressionLine(models.Model):
    """One line of a list, until it is worked off; a line that cannot be used stays for its download."""

    list = models.ForeignKey(SuppressionList, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=254, blank=True)
    digest = models.BinaryField(max_length=16, null=True)
    fault = models.CharField(max_length=200, blank=True)
    excerpt = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "number"], name="suppression_line_once")]
        indexes = [
            models.Index(fields=["list", "number"], name="suppression_line_faulty", condition=~models.Q(fault=""))
        ]

    def __str__(self) -> str:
        return f"line {self.number}"
