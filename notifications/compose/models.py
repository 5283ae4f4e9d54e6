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
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key

    @property
    def published(self) -> TemplateVersion | None:
        """The version for people without a language of their own; None: nothing is sent."""
        return next((one.version for one in self.publications.all() if one.locale == ""), None)


class TemplateVersion(models.Model):
    """One version, with its sources and what they compiled to. It never changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retitled",
        help_text=_("The version that this one is with another subject."),
    )  # fmt: skip
    locale = models.CharField(max_length=20, blank=True, default="", help_text=_("Empty: for everybody else."))
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.CODE, db_default=Origin.CODE)
    subject_source = models.TextField()
    preheader_source = models.TextField(blank=True)
    mjml_source = models.TextField()
    text_source = models.TextField(blank=True, help_text=_("Empty: derived from the HTML."))
    sms_source = models.TextField(blank=True, db_default="", help_text=_("Empty: not for text messages."))
    amp_source = models.TextField(blank=True, db_default="", help_text=_("Empty: the mail has no AMP part."))
    layout = models.CharField(max_length=100)
    brand_key = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text=_("Empty: the default brand.")
    )
    brand = models.JSONField(
        default=dict, blank=True, db_default={}, help_text=_("What the brand said when this was published.")
    )
    brand_paths = models.JSONField(null=True, blank=True, help_text=_("The brand's values it shows; null: unknown."))
    defaults = models.JSONField(default=dict, blank=True)
    blocks = models.JSONField(null=True, blank=True, help_text=_("What the MJML was made of; null: written by hand."))
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


class Publication(models.Model):
    """Which version is sent to people of a locale. To roll back is to publish an older version again."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="publications")
    locale = models.CharField(max_length=20, blank=True, default="")
    version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="publications", related_query_name="publication"
    )
    author = models.CharField(max_length=200)
    published_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("template", "locale")
        constraints = [models.UniqueConstraint(fields=("template", "locale"), name="one_publication_a_locale")]
        permissions = [("approve_publication", "Can publish what a preflight speaks against")]

    def __str__(self) -> str:
        return f"{self.version.ref} {self.locale}".strip()


class PlannedPublication(models.Model):
    """A version that will be published at a time; deleted when that is done or called off."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="planned")
    due_at = models.DateTimeField(db_index=True)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("due_at",)

    def __str__(self) -> str:
        return f"{self.version.ref} at {self.due_at:%Y-%m-%d %H:%M}"


class VersionIsImmutable(TypeError):
    """What was sent must stay what is shown: publish a new version in place of a change."""

    def __init__(self, version_id: UUID) -> None:
        super().__init__(f"template version {version_id} cannot be changed; publish a new one")
