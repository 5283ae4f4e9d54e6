"""Under which addresses do providers report, and does staff look at mails?"""

from __future__ import annotations

from django.urls import path

from notifications import console, public

app_name = "notifications"

public_urls = [
    path("webhooks/<slug:kind>/<str:account>/", public.webhook, name="webhook"),
]
console_urls = [
    path("messages/", console.list_messages, name="messages"),
    path("messages/<uuid:message_id>/", console.show_message, name="message"),
    path("types/", console.list_types, name="types"),
    path("queues/", console.show_queues, name="queues"),
]
urlpatterns = [*public_urls, *console_urls]
