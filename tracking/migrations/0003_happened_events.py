"""How is it found who did what since when, among millions of events?

A segment asks for one name and a window of time. The contact lies in the index, so the wide rows are not read.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0002_receipt_problems"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("contact__isnull", False), ("state", "accepted")),
                fields=["name", "received_at"],
                include=("contact",),
                name="event_happened",
            ),
        ),
    ]
