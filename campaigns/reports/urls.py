"""Under which addresses is it seen whether mail worked?"""

from __future__ import annotations

from django.urls import path

from campaigns.reports import console

urlpatterns = [
    path("", console.list_reports, name="reports"),
    path("of-type/<slug:key>/", console.show_type, name="report-type"),
    path("of-type/<slug:key>/figures.csv", console.export_type, name="report-type-csv"),
    path("of-source/<str:key>/", console.show_source, name="report-source"),
    path("of-source/<str:key>/figures.csv", console.export_source, name="report-source-csv"),
]
