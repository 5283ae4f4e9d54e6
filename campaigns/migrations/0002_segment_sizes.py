"""How is the size of a segment kept, day by day?"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_segments"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentSize",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("people", models.PositiveIntegerField()),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sizes",
                        to="campaigns.segment",
                    ),
                ),
            ],
            options={
                "ordering": ["segment", "day"],
                "constraints": [models.UniqueConstraint(fields=("segment", "day"), name="segment_size_once")],
            },
        ),
    ]
