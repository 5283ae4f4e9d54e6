"""How is it found who did what since when, and for how much, among millions of events?

A segment asks for one name and a window of time. The contact and the total lie in the index, so the wide rows are not
read. Adding the column rewrites the table: plan for it where there are many events.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.expressions import RawSQL

_TOTAL = (
    "CASE WHEN jsonb_typeof(payload -> 'total') = 'number' AND length(payload ->> 'total') <= 40"
    " THEN (payload ->> 'total')::numeric"
    " WHEN payload ->> 'total' ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$'"
    " THEN (payload ->> 'total')::numeric END"
)


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0002_receipt_problems"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="total",
            field=models.GeneratedField(
                db_persist=True,
                expression=RawSQL(_TOTAL, ()),  # noqa: S611 - a constant
                help_text="The payload's field of this name, where it is a number: what sums are asked of most.",
                output_field=models.DecimalField(decimal_places=12, max_digits=1000, null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("contact__isnull", False), ("state", "accepted")),
                fields=["name", "received_at"],
                include=("contact", "total"),
                name="event_happened",
            ),
        ),
    ]
