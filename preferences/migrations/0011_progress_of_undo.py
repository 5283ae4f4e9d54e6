"""How far has an import been taken back? Counted once, when it begins."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("preferences", "0010_merging")]

    operations = [
        migrations.AddField(
            model_name="contactimport",
            name="to_undo",
            field=models.PositiveIntegerField(default=0, help_text="Changes there were when taking it back began."),
        ),
        migrations.AddField(
            model_name="contactimport",
            name="undone",
            field=models.PositiveIntegerField(default=0, help_text="Changes looked at since, whatever came of them."),
        ),
    ]
