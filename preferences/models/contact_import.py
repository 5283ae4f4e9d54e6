"""Which tables of contacts were brought in, how far is each, and what did it change?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from preferences.models.consent import ConsentWording
from preferences.models.contact import Contact
from preferences.models.contact_list import ContactList
from preferences.models.topic import Topic


class ContactImport(models.Model):
    """One table, from its upload to its end."""

    class State(models.TextChoices):
        MAPPING = "mapping", "Waits for its columns"  # uploaded; nobody said yet what stands in which column
        READING = "reading", "Being looked through"  # lines become rows, and are compared with the contacts
        READY = "ready", "Waits for your word"  # it is known what would change; nothing has
        RUNNING = "running", "Being brought in"
        STOPPED = "stopped", "Stopped"  # what was done stays done
        DONE = "done", "Done"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"

    class Known(models.TextChoices):
        FILL = "fill", "Fill in only what is blank"
        OVERWRITE = "overwrite", "Overwrite with what stands in the file"
        LEAVE = "leave", "Leave their values as they are"

    file_name = models.CharField(max_length=120)
    encoding = models.CharField(max_length=16)
    separator = models.CharField(max_length=1, blank=True)
    columns = models.JSONField(default=list, help_text='[{"name": heading, "target": where it goes}]')
    state = models.CharField(max_length=16, choices=State.choices, default=State.MAPPING)
    known = models.CharField(max_length=16, choices=Known.choices, default=Known.FILL)
    list = models.ForeignKey(ContactList, on_delete=models.SET_NULL, null=True, related_name="imports")
    topics = models.ManyToManyField(Topic, help_text="Everybody in the file is subscribed to these.")
    consent_source = models.CharField(max_length=200, blank=True, help_text="Where and how people agreed.")
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, null=True, help_text="What they agreed to.")
    created_by = models.BigIntegerField(null=True, help_text="The member of staff, by id.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # What stands in it. A repeated address counts where it stands last.
    parts = models.PositiveIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    noted = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    erased = models.PositiveIntegerField(default=0)
    suppressed = models.PositiveIntegerField(default=0)
    # How far it is (the number of a line), and what came of it.
    read_through = models.PositiveIntegerField(default=0, help_text="Parts.")
    counted_through = models.PositiveIntegerField(default=0)
    done_through = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    subscribed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="Topics turned off, as the file said.")
    removed = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    to_undo = models.PositiveIntegerField(default=0, help_text="Changes there were when taking it back began.")
    undone = models.PositiveIntegerField(default=0, help_text="Changes looked at since, whatever came of them.")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def source(self) -> str:
        """By which choices and the ledger know it."""
        return f"import:{self.pk}"

    @property
    def has_topics(self) -> bool:
        """Whether it turns any topic on or off."""
        is_told = any(str(column.get("target", "")).startswith("topic:") for column in self.columns)
        return is_told or self.topics.exists()


class ImportPart(models.Model):
    """Some whole records of an uploaded table as text; kept until the import runs."""

    table = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="texts", db_index=False)
    number = models.PositiveIntegerField()
    first_line = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.number}"


class ImportRow(models.Model):
    """One row of a table until it is brought in; a row with a fault or a note stays for its download."""

    table = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=254, blank=True)
    digest = models.BinaryField(max_length=16, null=True)
    columns = models.JSONField(default=dict)
    attributes = models.JSONField(default=dict)
    topics = models.JSONField(default=dict, help_text="Topic id -> whether the person wants it.")
    is_repeated = models.BooleanField(default=False, db_default=False)
    fault = models.CharField(max_length=200, blank=True, help_text="Why the row is not brought in.")
    note = models.CharField(max_length=200, blank=True, help_text="Which cells were left out.")
    excerpt = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="import_row_once")]
        indexes = [
            models.Index(
                fields=["table", "number"], name="import_row_reported",
                condition=~models.Q(fault="") | ~models.Q(note=""),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"line {self.number}"


class ImportChange(models.Model):
    """What an import did to one contact, for taking it back."""

    table = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="changes", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="import_changes")
    is_new = models.BooleanField(help_text="The contact came by this import.")
    is_listed = models.BooleanField(default=False, db_default=False, help_text="It was put on the list by it.")
    # {"columns": {name: value}, "attributes": {key: value}}, of what changed only; null: there was none.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "contact"], name="import_change_once")]

    def __str__(self) -> str:
        return f"contact {self.contact_id} by import {self.table_id}"
