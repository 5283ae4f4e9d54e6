"""Through which accounts do mails leave?"""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.db import models
from django.db.models.functions import Now

from config import vault
from config.queues import Stream


def new_webhook_key() -> str:
    """The opaque part of an account's webhook address."""
    return secrets.token_urlsafe(18)


class Provider(models.Model):
    """One configured account of an ESP or an SMTP server."""

    key = models.SlugField(max_length=64, unique=True, help_text="Names the account in logs.")
    kind = models.CharField(max_length=32, help_text="Folder under delivery/providers: mailgun, smtp …")
    name = models.CharField(max_length=120)
    options = models.JSONField(default=dict, blank=True, help_text="What is no secret: API address, domain.")
    credentials = models.BinaryField(null=True, editable=False, help_text="Sealed JSON.")
    webhook_key = models.CharField(max_length=64, unique=True, default=new_webhook_key, editable=False)
    is_enabled = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False, help_text="Speaks to the provider simulator.")
    mails_per_second = models.FloatField(null=True, blank=True, help_text="Of all workers together; empty: no limit.")
    calls_per_second = models.FloatField(null=True, blank=True, help_text="Of all workers together; empty: no limit.")
    calls_at_once = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Calls (or connections) of all workers together; empty: no limit."
    )
    refused_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Its credentials were refused: not used until they are mended."
    )
    refused_reason = models.CharField(max_length=200, blank=True, editable=False)
    tested_at = models.DateTimeField(null=True, blank=True, editable=False)
    test_fault = models.CharField(max_length=200, blank=True, editable=False, help_text="Empty: the test passed.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def set_credentials(self, credentials: dict[str, str]) -> None:
        """Seal API keys, passwords and webhook secrets; they are never shown again."""
        self.credentials = vault.seal(json.dumps(credentials))

    def read_credentials(self) -> dict[str, str]:
        """The unsealed credentials; those that the environment sets win. Raises vault.Unreadable."""
        from notifications.delivery.credentials import from_environment  # which asks the kinds, and those ask us

        return {**self.read_stored_credentials(), **from_environment(self)}

    def read_stored_credentials(self) -> dict[str, str]:
        """The credentials in the database, unsealed, whatever the environment says. Raises vault.Unreadable."""
        opened: dict[str, str] = json.loads(vault.unseal(bytes(self.credentials))) if self.credentials else {}
        return opened

    def settings(self) -> dict[str, Any]:
        """Options and credentials together, as backends take them."""
        return {**self.options, **self.read_credentials()}


class PoolMember(models.Model):
    """A provider's place in the pool of a stream: lower priority goes first, weight shares among equals."""

    stream = models.CharField(max_length=16, choices=Stream.choices)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="memberships")
    priority = models.PositiveSmallIntegerField(default=10)
    weight = models.PositiveSmallIntegerField(default=1)
    ip_pool = models.CharField(max_length=64, blank=True, help_text="The provider's pool of addresses to send from.")
    tag = models.CharField(max_length=64, blank=True, help_text="Sent along, to find the mail in the provider's logs.")

    class Meta:
        ordering = ["stream", "priority"]
        constraints = [models.UniqueConstraint(fields=["stream", "provider"], name="pool_member_once")]

    def __str__(self) -> str:
        return f"{self.stream}: {self.provider_id}"
