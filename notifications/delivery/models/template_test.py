"""Who sent which test of a mail to whom, and which addresses does staff keep for tests?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.compose.models import Template
from preferences.models import Contact

#: How the source of every test mail begins.
SOURCE = "template-test:"


class SeedList(models.Model):
    """Addresses under a name that tests go to, such as one mailbox at each mail program that matters."""

    name = models.CharField(max_length=120, unique=True)
    addresses = models.JSONField(default=list, help_text=_("As preferences writes addresses."))
    author = models.CharField(max_length=200)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class TemplateTest(models.Model):
    """One press of "Send the test". Its mails stand in the message log under `source`."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="tests")
    ref = models.CharField(max_length=80, help_text=_("What was tested: welcome@3, or a draft and its revision."))
    stream = models.CharField(max_length=16)
    rendered_as = models.CharField(max_length=40, blank=True, help_text=_("A hard case; empty: a contact."))
    as_contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    mails = models.PositiveIntegerField()
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"test of {self.ref}"

    @property
    def source(self) -> str:
        """What its mails say caused them."""
        return f"{SOURCE}{self.pk}"
