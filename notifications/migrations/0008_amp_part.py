"""Where is the AMP part of a template's version kept, as it was written?"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_brands")]

    operations = [
        migrations.AddField(
            model_name="templateversion",
            name="amp_source",
            field=models.TextField(blank=True, db_default="", help_text="Empty: the mail has no AMP part."),
        ),
    ]
