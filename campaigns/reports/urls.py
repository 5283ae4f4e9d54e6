"""Under which addresses is it seen whether mail worked?"""

from __future__ import annotations

from django.urls import path

from campaigns.reports import console, people_console

urlpatterns = [
    path("", console.list_reports, name="reports"),
    path("of-type/<slug:key>/", console.show_type, name="report-type"),
    path("of-type/<slug:key>/figures.csv", console.export_type, name="report-type-csv"),
    path("of-type/<slug:key>/people/", people_console.show_people, {"kind": "type"}, name="report-type-people"),
    path("of-type/<slug:key>/keep/", people_console.keep_people, {"kind": "type"}, name="report-type-keep"),
    path("of-source/<str:key>/", console.show_source, name="report-source"),
    path("of-source/<str:key>/figures.csv", console.export_source, name="report-source-csv"),
    path("of-source/<str:key>/people/", people_console.show_people, {"kind": "source"}, name="report-source-people"),
    path("of-source/<str:key>/keep/", people_console.keep_people, {"kind": "source"}, name="report-source-keep"),
]
