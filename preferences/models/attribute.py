"""Which attributes may a contact have, and what kind of value is each?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Attribute(models.Model):
    """The definition of one key of `Contact.attributes`: what it is called, and how its values are written.

    A value whose key has no definition is kept and may be written in mails, but no segment can ask for it.
    """

    class Kind(models.TextChoices):
        TEXT = "text", "Text"  # a string
        NUMBER = "number", "Number"  # a JSON number
        DATE = "date", "Date"  # "2026-11-28"
        BOOLEAN = "boolean", "Yes or no"  # true or false
        LIST = "list", "List"  # an array of strings, each once
        PLACE = "place", "Place"  # {"country": "NO", "region": "…", "city": "…"}, each key optional

    key = models.SlugField(max_length=64, unique=True, help_text="As templates and imports write it: favourite_colour.")
    name = models.CharField(max_length=120, help_text="In plain words, for the people who build segments.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    description = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
