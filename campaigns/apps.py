"""Where does the campaigns app plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns import personal_data
        from campaigns.sending import looking_after

        personal_data.register()
        looking_after.register()
