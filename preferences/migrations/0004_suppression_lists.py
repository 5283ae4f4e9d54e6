"""How do lists of suppressed addresses come into the database?"""

from __future__ import annotations

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("preferences", "0003_erasure"),
    ]

    operations = [
        migrations.CreateModel(
            name="SuppressionList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=120)),
                ("encoding", models.CharField(max_length=16)),
                (
                    "header",
                    models.CharField(blank=True, help_text="The line that was taken for a header.", max_length=200),
                ),
                ("scope", models.CharField(max_length=16)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("read", "Waits for your word"),
                            ("running", "Being suppressed"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                            ("lifting", "Being lifted"),
                            ("lifted", "Lifted"),
                        ],
                        default="read",
                        max_length=16,
                    ),
                ),
                ("created_by", models.BigIntegerField(help_text="The member of staff, by id.", null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("lines", models.PositiveIntegerField(default=0)),
                ("faulty", models.PositiveIntegerField(default=0)),
                ("repeated", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("fresh", models.PositiveIntegerField(default=0)),
                ("last_number", models.PositiveIntegerField(default=0)),
                ("done_through", models.PositiveIntegerField(default=0)),
                ("added", models.PositiveIntegerField(default=0)),
                ("lifted", models.PositiveIntegerField(default=0)),
                ("lift_note", models.CharField(blank=True, max_length=200)),
                ("lifted_by", models.BigIntegerField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SuppressionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("email", models.CharField(blank=True, max_length=254)),
                ("address", models.CharField(blank=True, max_length=254)),
                ("digest", models.BinaryField(max_length=16, null=True)),
                ("fault", models.CharField(blank=True, max_length=200)),
                ("excerpt", models.CharField(blank=True, max_length=80)),
                (
                    "list",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="preferences.suppressionlist",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="suppression",
            name="list",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="The list it was imported from.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="suppressions",
                to="preferences.suppressionlist",
            ),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(
                condition=models.Q(("list__isnull", False)), fields=["list", "id"], name="suppression_of_list"
            ),
        ),
        migrations.AddIndex(
            model_name="suppressionline",
            index=models.Index(
                condition=models.Q(("fault", ""), _negated=True),
                fields=["list", "number"],
                name="suppression_line_faulty",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppressionline",
            constraint=models.UniqueConstraint(fields=("list", "number"), name="suppression_line_once"),
        ),
    ]
