"""By the clock of which zone was the next window of a repeating campaign reckoned?"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_campaigns")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="clock_zone",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Of a repeating one: the project's zone by which `starts_at` was reckoned.",
                max_length=64,
            ),
        ),
    ]
