"""What does staff see and change about delivery? Providers to set up; templates and their versions to read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from config.logtables import ReadOnlyAdmin, TeachingAdmin, labelled
from config.screens import offer_door, provide_page
from notifications.account_fields import LIMITS, OPTION, SECRET
from notifications.compose.models import Template, TemplateVersion
from notifications.delivery.credentials import Origin, credential_names, find_origins
from notifications.delivery.models import Breaker, PoolMember, Provider
from notifications.delivery.providers import provider_kinds
from notifications.forms import ProviderForm
from notifications.preview import render_sample
from notifications.providers_console import panel
from preferences.models import Contact
from tracking.models import Event, Message

provide_page(Message, lambda message: reverse("notifications:message", args=[message.pk]))
offer_door(
    Event, "Why did, or didn't, it become mail?", lambda event: reverse("notifications:why-event", args=[event.pk])
)
offer_door(Contact, "What they got, and why", lambda contact: reverse("notifications:why-contact", args=[contact.pk]))
offer_door(Contact, "Their messages", lambda contact: f"{reverse('notifications:messages')}?contact={contact.pk}")


_SECRETS_HINT = "They are never shown again. An empty field keeps what is stored."
_LIMITS_HINT = (
    "Set them to what your contract allows. Without limits an account is slowed down only when it answers “too many”."
)


class PoolMemberInline(TabularInline):  # type: ignore[misc] # Unfold is not typed
    model = PoolMember
    extra = 0
    hide_title = True
    verbose_name_plural = "Pools: which streams it serves, the lowest priority first, weight shares among equals"


@admin.register(PoolMember)
class PoolMemberAdmin(TeachingAdmin):
    """A pool's order, changed in the list itself."""

    empty_hint = "No stream has an account. Open an account and choose the streams that it serves."
    list_display = ("provider", "stream", "priority", "weight", "ip_pool", "tag")
    list_editable = ("priority", "weight", "ip_pool", "tag")
    list_filter = ("stream",)
    list_select_related = ("provider",)
    ordering = ("stream", "priority", "id")


@admin.register(Provider)
class ProviderAdmin(TeachingAdmin):
    empty_hint = "No provider is set up, so nothing can leave. Add one; scripts/up makes simulated ones by itself."
    form = ProviderForm
    list_display = ("name", "key", "kind", "standing", "missing", "pools", "is_simulated")
    inlines = (PoolMemberInline,)
    readonly_fields = ("kind_label", "webhook_address", "webhook_events")
    change_form_outer_before_template = "notifications/console/provider_panel.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships", "breakers")

    def get_fieldsets(self, request: HttpRequest, obj: Provider | None = None) -> Any:
        """A new account asks for its kind only; an existing one also for the kind's options, secrets and limits."""
        if obj is None:
            return [(None, {"fields": ("name", "key", "kind", "is_simulated")})]
        kind = provider_kinds().get(obj.kind)
        may_write = self.has_change_permission(request, obj)  # else the form, which makes these fields, is not shown
        options = tuple(OPTION + option.name for option in kind.account.options) if kind and may_write else ()
        secrets = tuple(SECRET + name for name in credential_names(obj.kind)) if may_write else ()
        return [
            (None, {"fields": ("name", "key", "kind_label", "is_enabled", "is_simulated")}),
            *([("Credentials", {"fields": secrets, "description": _SECRETS_HINT})] if secrets else []),
            ("Options", {"fields": (*options, "options")}),
            ("Limits", {"fields": (*LIMITS,), "description": _LIMITS_HINT}),
            *([("Webhook", {"fields": ("webhook_address", "webhook_events")})] if kind and kind.has_webhooks else []),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """The fields of secrets and options are made by the form itself, so the factory must not look for them."""
        skipped = self.get_readonly_fields(request, obj)
        options["fields"] = [name for name in ProviderForm.Meta.fields if name not in skipped]
        return super().get_form(request, obj, change, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> tuple[str, ...]:
        """Key and kind stand in logs and in stored calls, so they stay."""
        return (*self.readonly_fields, "key", "kind") if obj else self.readonly_fields

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With the panel that shows how the account stands, and tries it."""
        provider = self.get_object(request, object_id)
        shown = panel(request, provider) if isinstance(provider, Provider) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def save_model(self, request: HttpRequest, obj: Provider, form: Any, change: bool) -> None:
        """A new account is off until somebody has filled in what it needs, and tried it."""
        obj.is_enabled = obj.is_enabled and change
        written = form.write_credentials(obj)
        super().save_model(request, obj, form, change)
        if written:
            self.log_change(request, obj, f"Replaced the credentials {', '.join(written)}.")
            labels = ", ".join(str(form.fields[SECRET + name].label) for name in written)
            messages.success(request, f"Stored and sealed: {labels}. Now press “Test connection”.")

    def response_add(self, request: HttpRequest, obj: Provider, post_url_continue: str | None = None) -> HttpResponse:
        """On to the page that asks for the kind's options and credentials."""
        messages.info(
            request, "It is switched off. Fill in what it needs, save, try it, and choose the streams that it serves."
        )
        return HttpResponseRedirect(reverse("admin:notifications_provider_change", args=[obj.pk]))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Calls in the log name it: it is switched off, not deleted."""
        return False

    @labelled("Standing", {"In use": "success", "Off": "info", "Refused": "danger", "Left alone": "warning"})
    def standing(self, provider: Provider) -> str:
        if not provider.is_enabled:
            return "Off"
        if provider.refused_at:
            return "Refused"
        is_shut = any(breaker.state != Breaker.State.CLOSED for breaker in provider.breakers.all())
        return "Left alone" if is_shut else "In use"

    @admin.display(description="Missing")
    def missing(self, provider: Provider) -> str:
        kind = provider_kinds().get(provider.kind)
        needed = {*kind.credentials, *kind.webhook_credentials} if kind else set()
        lacking = {Origin.MISSING, Origin.UNREADABLE}
        absent = [name for name, origin in find_origins(provider).items() if name in needed and origin in lacking]
        return ", ".join(absent) or "nothing"

    @admin.display(description="Pools")
    def pools(self, provider: Provider) -> str:
        return ", ".join(member.stream for member in provider.memberships.all()) or "none"

    @admin.display(description="Kind")
    def kind_label(self, provider: Provider) -> str:
        kind = provider_kinds().get(provider.kind)
        return kind.label if kind else f"{provider.kind} (this version has no such kind)"

    @admin.display(description="Address to give to the provider")
    def webhook_address(self, provider: Provider) -> SafeString:
        url = f"{settings.POSTRIDER_PUBLIC_URL}/webhooks/{provider.kind}/{provider.webhook_key}/"
        shown = format_html('<code class="pr-mono pr-wrap">{}</code>', url)
        kind = provider_kinds().get(provider.kind)
        if not settings.POSTRIDER_INBOUND_DOMAIN or kind is None or not kind.has_inbound:
            return shown
        return format_html(
            '{}<p class="pr-soft">For mail to {}:</p><code class="pr-mono pr-wrap">{}inbound/</code>',
            shown, settings.POSTRIDER_INBOUND_DOMAIN, url,
        )  # fmt: skip

    @admin.display(description="Tick there")
    def webhook_events(self, provider: Provider) -> SafeString | str:
        kind = provider_kinds().get(provider.kind)
        if kind is None or not kind.account.webhook_events:
            return "nothing"
        ticks = format_html_join("", '<li class="pr-chip">{}</li>', ((one,) for one in kind.account.webhook_events))
        return format_html(
            '<ul class="pr-chips">{}</ul><p class="pr-soft">{} Opens and clicks are counted by our own links: leave'
            " them off.</p>", ticks, kind.account.webhook_hint,
        )  # fmt: skip


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    empty_hint = "No template is published. They lie in templates/emails/*.mjml; run manage.py sync_templates."
    list_display = ("key", "name", "source", "shown_published", "updated_at")
    search_fields = ("key", "name")
    fieldsets = (
        (None, {"fields": ("key", "name", "source", "shown_published", "preflight", "updated_at", "versions_list")}),
    )
    readonly_fields = ("shown_published", "preflight", "versions_list")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("publications__version__template")

    @admin.display(description="Sent now")
    def shown_published(self, template: Template) -> SafeString | str:
        links = ((_version_link(one.version), one.locale) for one in template.publications.all())
        return format_html_join(" · ", "{} {}", links) or "nothing: no version is published"

    @admin.display(description="Preflight")
    def preflight(self, template: Template) -> SafeString:
        url = reverse("notifications:preflight", args=[template.key])
        return format_html('<a class="pr-link" href="{}">What would go wrong if it were sent now?</a>', url)

    @admin.display(description="Versions")
    def versions_list(self, template: Template) -> SafeString:
        versions = template.versions.select_related("template").defer(
            "compiled", "mjml_source", "text_source", "sms_source", "amp_source"
        )[:100]
        rows = ((_version_link(one), f"{one.created_at:%d %b %Y %H:%M}", one.author, one.note) for one in versions)
        listed = format_html_join("", '<li>{} <span class="pr-soft">{} · {} {}</span></li>', rows)
        return format_html('<ul class="pr-faults">{}</ul>', listed)


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnlyAdmin):
    list_display = ("ref", "layout", "author", "created_at")
    list_select_related = ("template",)
    search_fields = ("template__key",)
    change_form_outer_after_template = "notifications/console/version_preview.html"
    fieldsets = (
        (None, {"fields": ("ref", "layout", "author", "note", "created_at")}),
        (
            "Source",
            {"fields": ("shown_subject", "shown_preheader", "shown_mjml", "shown_text", "shown_amp", "shown_sms",
                        "defaults")},
        ),
    )  # fmt: skip
    readonly_fields = ("ref", "shown_subject", "shown_preheader", "shown_mjml", "shown_text", "shown_amp", "shown_sms")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("template").defer("compiled")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With a rendered sample below the sources."""
        version = self.get_object(request, object_id)
        sample = render_sample(version) if isinstance(version, TemplateVersion) else None
        mail = (
            {
                "html": sample.html,
                "text": sample.text,
                "amp": sample.amp,
                "subject": sample.subject,
                "fault": sample.fault,
                "sms": {"text": sample.sms, "length": sample.sms_length} if sample.sms else None,
            }
            if sample
            else None
        )
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "mail": mail})

    @admin.display(description="Subject")
    def shown_subject(self, version: TemplateVersion) -> SafeString:
        return _source(version.subject_source)

    @admin.display(description="Preheader")
    def shown_preheader(self, version: TemplateVersion) -> SafeString:
        return _source(version.preheader_source)

    @admin.display(description="MJML")
    def shown_mjml(self, version: TemplateVersion) -> SafeString:
        return _source(version.mjml_source)

    @admin.display(description="Text")
    def shown_text(self, version: TemplateVersion) -> SafeString:
        return _source(version.text_source or "(derived from the HTML)")

    @admin.display(description="AMP part")
    def shown_amp(self, version: TemplateVersion) -> SafeString:
        return _source(version.amp_source or "(none)")

    @admin.display(description="Text message")
    def shown_sms(self, version: TemplateVersion) -> SafeString:
        return _source(version.sms_source or "(none: it cannot go as a text message)")


def _source(text: str) -> SafeString:
    return format_html('<pre class="pr-code">{}</pre>', text or "-")


def _version_link(version: TemplateVersion) -> SafeString:
    url = reverse("admin:notifications_templateversion_change", args=[version.pk])
    return format_html('<a class="pr-link" href="{}">{}</a>', url, version.ref)
