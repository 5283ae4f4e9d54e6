"""Under which addresses are campaigns and the overview worked with?"""

from __future__ import annotations

from django.urls import include, path

from campaigns import builder_console, campaigns_console, console, segment_reasons_console, segments_console

app_name = "campaigns"
urlpatterns = [
    path("reports/", include("campaigns.reports.urls")),
    path("overview/", console.refresh, name="overview"),
    path("segments/", segments_console.list_segments, name="segments"),
    path("segments/ready-made/", segments_console.add_ready_made, name="segments-ready-made"),
    path("segments/new/", segments_console.new_segment, name="segment-new"),
    path("segments/new/save/", segments_console.save, name="segment-create"),
    path("segments/change/", segments_console.change, name="segment-change"),
    path("segments/count/", segments_console.count, name="segment-count"),
    path("segments/<int:segment_id>/", segments_console.show_segment, name="segment"),
    path("segments/<int:segment_id>/save/", segments_console.save, name="segment-save"),
    path("segments/<int:segment_id>/why/", segment_reasons_console.show_reasons, name="segment-why"),
    path("segments/<int:segment_id>/people/", segment_reasons_console.show_people, name="segment-people"),
    path("segments/<int:segment_id>/plan/", segment_reasons_console.show_plan, name="segment-plan"),
    path("segments/<int:segment_id>/archive/", segment_reasons_console.archive, name="segment-archive"),
    path("segments/<int:segment_id>/copy/", segment_reasons_console.copy, name="segment-copy"),
    path("segments/<int:segment_id>/delete/", segment_reasons_console.delete, name="segment-delete"),
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
