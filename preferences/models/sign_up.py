"""Through which forms do people sign up, and who has?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from config.ids import new_id
from preferences.models.consent import ConsentWording
from preferences.models.contact import Contact
from preferences.models.topic import Topic


class SignUpForm(models.Model):
    """A form on a page of ours, or put into somebody's site."""

    key = models.SlugField(max_length=64, unique=True, help_text="Part of its address.")
    name = models.CharField(max_length=120, help_text="For staff.")
    heading = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    topics = models.ManyToManyField(Topic, related_name="sign_up_forms", help_text="What is signed up for.")
    are_topics_offered = models.BooleanField(default=False, help_text="The person picks among them; else all of them.")
    asks_first_name = models.BooleanField(default=False)
    asks_last_name = models.BooleanField(default=False)
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, help_text="The text agreed to.")
    button = models.CharField(max_length=60, default="Sign up")
    thanks = models.TextField(blank=True, help_text="After signing up: look into your mailbox.")
    welcome = models.TextField(blank=True, help_text="After confirming.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SignUp(models.Model):
    """Somebody typed an address into a form. Counts once its owner has pressed the button in the confirmation mail."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    form = models.ForeignKey(SignUpForm, on_delete=models.CASCADE, related_name="sign_ups")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="sign_ups")
    topics = models.ManyToManyField(Topic)
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT)
    ip = models.GenericIPAddressField(null=True)
    locale = models.CharField(max_length=16, blank=True)
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["form", "-requested_at"]), models.Index(fields=["contact", "-requested_at"])]

    def __str__(self) -> str:
        return f"{self.form_id}: {self.contact_id}"


class SignUpCount(models.Model):
    """How often something was asked for within a time: what keeps a form from being used against people."""

    key = models.CharField(max_length=64, primary_key=True, help_text="What is counted, as a keyed digest.")
    count = models.PositiveIntegerField()
    until = models.DateTimeField(help_text="Then the count begins anew.")

    class Meta:
        indexes = [models.Index(fields=["until"])]

    def __str__(self) -> str:
        return self.key
