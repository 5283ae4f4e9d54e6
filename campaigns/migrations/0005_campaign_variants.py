"""Where are the variants of a campaign kept, and how far its test is?"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0004_clock_zone"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="test_ending",
            field=models.CharField(
                choices=[
                    ("by_itself", "By itself, or A if there is none"),
                    ("winner_only", "By itself, or somebody is asked"),
                    ("ask", "Somebody is asked"),
                ],
                default="by_itself",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="test_hours",
            field=models.PositiveSmallIntegerField(default=4, help_text="How long it waits before it decides."),
        ),
        migrations.AddField(
            model_name="campaign",
            name="test_metric",
            field=models.CharField(
                choices=[
                    ("clicks", "People who click"),
                    ("conversions", "People who convert"),
                    ("revenue", "Revenue a person"),
                ],
                default="clicks",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="test_percent",
            field=models.PositiveSmallIntegerField(default=20, help_text="So many of a hundred take part in the test."),
        ),
        migrations.AddField(
            model_name="campaign",
            name="variant_versions",
            field=models.JSONField(default=dict, help_text="Pinned likewise, of variants after the first."),
        ),
        migrations.AddField(
            model_name="campaign",
            name="variants",
            field=models.JSONField(default=list, help_text="Own subjects and contents; see campaigns.variants.plan."),
        ),
        migrations.AddField(
            model_name="campaignrun",
            name="chosen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="campaignrun",
            name="chosen_variant",
            field=models.CharField(blank=True, help_text="What the rest gets.", max_length=16),
        ),
        migrations.AddField(
            model_name="campaignrun",
            name="test_asked_at",
            field=models.DateTimeField(help_text="Since when somebody is asked.", null=True),
        ),
        migrations.AddField(
            model_name="campaignrun",
            name="test_fed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="campaignrun",
            name="test_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="campaignrun",
            name="test_verdict",
            field=models.JSONField(default=dict, help_text="What was said of the test when it was decided."),
        ),
        migrations.AlterField(
            model_name="campaignrecipient",
            name="variant",
            field=models.CharField(db_default="", help_text="In a test; empty: the rest.", max_length=16),
        ),
        migrations.AlterField(
            model_name="campaignrecipient",
            name="version_id",
            field=models.UUIDField(help_text="Null: of the variant that is chosen.", null=True),
        ),
    ]
