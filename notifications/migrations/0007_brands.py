"""Who does mail look to be from? Versions so far were of the brand that the settings name, and keep it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def keep_brand(apps: Any, schema_editor: Any) -> None:
    from notifications.compose.brands.values import settings_values

    apps.get_model("notifications", "TemplateVersion").objects.filter(brand={}).update(brand=settings_values())


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_publishing_gate"),
    ]

    operations = [
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=100, unique=True)),
                ("content", models.JSONField(help_text="Name, logo, colours and so on.")),
                (
                    "is_default",
                    models.BooleanField(default=False, help_text="For templates that name no brand."),
                ),
                ("author", models.CharField(help_text="Who saved last.", max_length=200)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("-is_default", "key"),
            },
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("is_default",), name="one_default_brand"
            ),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="brand_key",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="Empty: the default brand.", max_length=100
            ),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="brand",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, help_text="What the brand said when this was published."
            ),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="brand_paths",
            field=models.JSONField(blank=True, help_text="The brand's values it shows; null: unknown.", null=True),
        ),
        migrations.RunPython(keep_brand, migrations.RunPython.noop, elidable=False),
    ]
