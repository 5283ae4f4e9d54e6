"""Which people were put on a list by hand or by an import?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from preferences.models.contact import Contact


class ContactList(models.Model):
    """A named set of contacts that does not change by itself, unlike a segment."""

    name = models.CharField(max_length=120, unique=True)
    description = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """One contact on one list."""

    list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="list_members")
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "contact"], name="list_member_once")]

    def __str__(self) -> str:
        return f"contact {self.contact_id} on list {self.list_id}"
