"""Where does the campaigns app plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns import offering, personal_data
        from campaigns.segments import erasure
        from campaigns.segments.sizes import record_sizes
        from campaigns.sending import looking_after
        from config.queues import register_sweep

        def record() -> object:
            from config import clock

            return record_sizes(at=clock.now())

        erasure.register()
        offering.register()
        personal_data.register()
        looking_after.register()
        register_sweep("segment sizes", every=3600, run=record, is_apart=True)
