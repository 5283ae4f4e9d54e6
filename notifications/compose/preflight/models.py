"""Which warnings were looked at, and what was published though a preflight spoke against it?"""

from __future__ import annotations

from django.db import models

from notifications.compose.models import Template, TemplateVersion


class Acknowledgement(models.Model):
    """A warning about a template that somebody has looked at; it is not asked about again."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="acknowledgements")
    key = models.CharField(max_length=32)
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=500)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("-created_at",)
        constraints = [models.UniqueConstraint(fields=("template", "key"), name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.template.key}: {self.code}"


class PreflightOverride(models.Model):
    """A version that was published though it should not be sent: who took that upon themselves, and why."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="overrides")
    findings = models.JSONField(default=list)
    note = models.CharField(max_length=500)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.version.ref}: {self.note[:60]}"
