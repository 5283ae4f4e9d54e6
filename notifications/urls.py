"""Under which addresses do providers report, and does staff look at mails?"""

from __future__ import annotations

from django.urls import path

from notifications import (
    alerts_console,
    console,
    deadletters_console,
    domains_console,
    dry_run_console,
    providers_console,
    public,
    queues_console,
    unknowns_console,
    warmup_console,
    why_console,
)

app_name = "notifications"

public_urls = [
    path("webhooks/<slug:kind>/<str:account>/", public.webhook, name="webhook"),
    path("webhooks/<slug:kind>/<str:account>/inbound/", public.inbound, name="inbound"),
]
console_urls = [
    path("messages/", console.list_messages, name="messages"),
    path("messages/<uuid:message_id>/", console.show_message, name="message"),
    path("events/<uuid:event_id>/why/", why_console.show_event, name="why-event"),
    path("people/<int:contact_id>/why/", why_console.show_contact, name="why-contact"),
    path("dry-run/", dry_run_console.show_dry_run, name="dry-run"),
    path("dry-run/payload/", dry_run_console.offer_payload, name="dry-run-payload"),
    path("dry-run/people/", dry_run_console.offer_people, name="dry-run-people"),
    path("types/", console.list_types, name="types"),
    path("queues/", queues_console.show_queues, name="queues"),
    path("queues/<slug:stream>/pause/", queues_console.pause, name="stream-pause"),
    path("queues/<slug:stream>/resume/", queues_console.resume, name="stream-resume"),
    path("providers/", providers_console.show_pools, name="providers"),
    path("providers/<int:provider_id>/switch/", providers_console.switch, name="provider-switch"),
    path("providers/<int:provider_id>/try/<slug:stream>/", providers_console.try_again, name="provider-try"),
    path("providers/<int:provider_id>/test/", providers_console.test_connection, name="provider-test"),
    path("providers/<int:provider_id>/send/", providers_console.send_test_mail, name="provider-send"),
    path("dead-letters/", deadletters_console.list_letters, name="deadletters"),
    path("dead-letters/replay/", deadletters_console.replay_letters, name="deadletters-replay"),
    path("dead-letters/discard/", deadletters_console.discard_letters, name="deadletters-discard"),
    path("dead-letters/<uuid:message_id>/", deadletters_console.show_letter, name="deadletter"),
    path("dead-letters/<uuid:message_id>/address/", deadletters_console.readdress, name="deadletter-address"),
    path("uncertain/", unknowns_console.list_uncertain, name="uncertain"),
    path("uncertain/<uuid:call_id>/", unknowns_console.show_call, name="uncertain-call"),
    path("uncertain/<uuid:call_id>/settle/", unknowns_console.settle, name="uncertain-settle"),
    path("uncertain/<uuid:call_id>/ask/", unknowns_console.ask_provider, name="uncertain-ask"),
    path("domains/", domains_console.list_domains, name="domains"),
    path("domains/add/", domains_console.add, name="domain-add"),
    path("domains/<str:domain>/", domains_console.show_domain, name="domain"),
    path("domains/<str:domain>/check/", domains_console.check, name="domain-check"),
    path("domains/<str:domain>/selectors/", domains_console.change_selectors, name="domain-selectors"),
    path("senders/<slug:stream>/", domains_console.edit_sender, name="sender"),
    path("senders/<slug:stream>/save/", domains_console.save_sender, name="sender-save"),
    path("warm-up/", warmup_console.list_plans, name="warmups"),
    path("warm-up/new/", warmup_console.new_plan, name="warmup-new"),
    path("warm-up/<int:plan_id>/", warmup_console.show_plan, name="warmup"),
    path("warm-up/<int:plan_id>/change/", warmup_console.change_plan, name="warmup-change"),
    path("warm-up/<int:plan_id>/pause/", warmup_console.pause_plan, name="warmup-pause"),
    path("warm-up/<int:plan_id>/resume/", warmup_console.resume_plan, name="warmup-resume"),
    path("warm-up/<int:plan_id>/end/", warmup_console.end_plan, name="warmup-end"),
    path("alerts/", alerts_console.list_alerts, name="alerts"),
    path("alerts/<int:alert_id>/clear/", alerts_console.clear, name="alert-clear"),
]
urlpatterns = [*public_urls, *console_urls]
