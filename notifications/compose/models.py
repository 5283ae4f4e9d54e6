"""Which templates are there, and what did each version of one say?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.ids import new_id


class Origin(models.TextChoices):
    CODE = "code", _("code")  # a file; sync_templates publishes it
    CONSOLE = "console", _("console")  # written on screen


class Template(models.Model):
    """A mail that can be written in many versions, of which one is sent."""

    key = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=10, choices=Origin, default=Origin.CODE)
    published = models.ForeignKey("TemplateVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class TemplateVersion(models.Model):
    """One version, with its sources and what they compiled to. It never changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    locale = models.CharField(max_length=20, blank=True, default="")
    subject_source = models.TextField()
    preheader_source = models.TextField(blank=True)
    mjml_source = models.TextField()
    text_source = models.TextField(blank=True, help_text=_("Empty: derived from the HTML."))
    sms_source = models.TextField(blank=True, db_default="", help_text=_("Empty: not for text messages."))
    layout = models.CharField(max_length=100)
    defaults = models.JSONField(default=dict, blank=True)
    content_digest = models.CharField(max_length=64)
    compiled = models.JSONField()
    author = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("template", "-number")
        constraints = [models.UniqueConstraint(fields=("template", "number"), name="template_version_number")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """How people and the message log call it: order-confirmation@3."""
        return f"{self.template.key}@{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert it. Raises VersionIsImmutable when it is there already."""
        if not self._state.adding:
            raise VersionIsImmutable(self.pk)
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class VersionIsImmutable(TypeError):
    """What was sent must stay what is shown: publish a new version in place of a change."""

    def __init__(self, version_id: UUID) -> None:
        super().__init__(f"template version {version_id} cannot be changed; publish a new one")
