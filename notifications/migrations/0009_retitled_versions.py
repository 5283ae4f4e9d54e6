"""Where is it kept of which version another one is, but for its subject?"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_amp_part")]

    operations = [
        migrations.AddField(
            model_name="templateversion",
            name="base",
            field=models.ForeignKey(
                blank=True,
                help_text="The version that this one is with another subject.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retitled",
                to="notifications.templateversion",
            ),
        ),
    ]
