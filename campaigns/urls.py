"""Under which addresses are campaigns and the overview worked with?"""

from __future__ import annotations

from django.urls import path

from campaigns import builder_console, campaigns_console, console

app_name = "campaigns"
urlpatterns = [
    path("overview/", console.refresh, name="overview"),
    path("campaigns/", campaigns_console.list_campaigns, name="campaigns"),
    path("campaigns/new/", campaigns_console.add, name="campaign-new"),
    path("audit/", campaigns_console.show_audit, name="audit"),
    path("campaigns/<int:campaign_id>/", campaigns_console.show_campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/save/", builder_console.save, name="campaign-save"),
    path("campaigns/<int:campaign_id>/audience/", builder_console.show_audience, name="campaign-audience"),
    path("campaigns/<int:campaign_id>/audience/<slug:step>/", builder_console.show_sample, name="campaign-sample"),
    path("campaigns/<int:campaign_id>/checks/", builder_console.show_checks, name="campaign-checks"),
    path("campaigns/<int:campaign_id>/preview/", builder_console.show_preview, name="campaign-preview"),
    path("campaigns/<int:campaign_id>/people/", builder_console.list_people, name="campaign-people"),
    path("campaigns/<int:campaign_id>/do/<slug:action>/", campaigns_console.act, name="campaign-act"),
]
