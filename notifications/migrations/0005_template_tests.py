"""Who sent which test of a mail to whom, and which addresses are kept for tests?"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_drafts"),
        ("preferences", "0005_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("addresses", models.JSONField(default=list, help_text="As preferences writes addresses.")),
                ("author", models.CharField(max_length=200)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="TemplateTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ref",
                    models.CharField(
                        help_text="What was tested: welcome@3, or a draft and its revision.", max_length=80
                    ),
                ),
                ("stream", models.CharField(max_length=16)),
                (
                    "rendered_as",
                    models.CharField(blank=True, help_text="A hard case; empty: a contact.", max_length=40),
                ),
                ("mails", models.PositiveIntegerField()),
                ("author", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "as_contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="preferences.contact",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tests", to="notifications.template"
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
            },
        ),
    ]
