"""Under which addresses are campaigns and the overview worked with?"""

from __future__ import annotations

from django.urls import include, path

from campaigns import console

app_name = "campaigns"
urlpatterns = [
    path("reports/", include("campaigns.reports.urls")),
    path("overview/", console.refresh, name="overview"),
]
