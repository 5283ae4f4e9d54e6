"""Which drafts are there, and which states has each been in?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.compose.models import Template, TemplateVersion


class TemplateDraft(models.Model):
    """The one working copy of a template in a locale. Its content is that of the revision it stands on."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="drafts")
    locale = models.CharField(max_length=20, blank=True, default="")
    revision = models.PositiveIntegerField(default=1, help_text=_("The revision it stands on; undo moves it back."))
    base = models.ForeignKey(
        TemplateVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("The version it began as, or was last published as."),
    )  # fmt: skip
    base_revision = models.PositiveIntegerField(null=True, blank=True, help_text=_("The revision that says the same."))
    author = models.CharField(max_length=200, help_text=_("Who saved last."))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("template", "locale")
        constraints = [models.UniqueConstraint(fields=("template", "locale"), name="one_draft_a_locale")]

    def __str__(self) -> str:
        return f"{self.template.key} {self.locale}".strip()

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than the version it came from."""
        return self.revision != self.base_revision


class DraftRevision(models.Model):
    """One state of a draft. A save that came too late is one too, refused: a branch beside what was saved before it."""

    draft = models.ForeignKey(TemplateDraft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    parent = models.PositiveIntegerField(null=True, blank=True, help_text=_("The revision it was made from."))
    content = models.JSONField()
    is_refused = models.BooleanField(default=False)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("draft", "-number")
        constraints = [models.UniqueConstraint(fields=("draft", "number"), name="draft_revision_number")]

    def __str__(self) -> str:
        return f"{self.draft}, revision {self.number}"
