"""What does staff see and press about accounts and pools? How they stand, and trying them, by hand-made screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.queues import STREAMS
from config.screens import show_screen, staff_screen
from config.vault import Unreadable
from notifications import accounts, standing
from notifications.accounts import NotReady
from notifications.delivery.connection import check_account
from notifications.delivery.models import Provider
from notifications.delivery.providers.accounts import AccountTest, Outcome
from notifications.delivery.testmail import NotSendable, SentTest, send_test
from notifications.explanation import in_words
from notifications.forms import SendTestForm
from notifications.history import note_action
from preferences.addresses import BadAddress

CHANGE = "notifications.change_provider"


@staff_screen("notifications.view_provider")
def show_pools(request: HttpRequest) -> HttpResponse:
    """Every stream's accounts in their order: how they stand, and what the last hour brought."""
    at = clock.now()
    return show_screen(
        request, "notifications/console/providers.html", title=_("Providers"), pools=standing.read_pools(at=at), at=at,
        idle=standing.read_idle_accounts(), may_change=request.user.has_perm(CHANGE), is_fullwidth="1",
    )  # fmt: skip


@require_POST
@staff_screen(CHANGE)
def switch(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Switch an account on or off, in all its streams."""
    provider = get_object_or_404(Provider, pk=provider_id)
    try:
        waiting = accounts.switch(provider, is_on=request.POST.get("to") == "on")
    except (NotReady, LookupError, Unreadable, ImproperlyConfigured) as error:
        messages.error(request, str(error))
        return _back(request)
    note_action(request, provider, "Switched on." if provider.is_enabled else "Switched off.")
    if provider.is_enabled:
        messages.success(request, _("%s is on: it takes mail again.") % provider.name)
    else:
        text = _("%s is off: it takes no new mail. Calls under way are finished.") % provider.name
        if waiting:
            text += " " + _("Without another account, mail waits in: %s.") % ", ".join(waiting)
        (messages.warning if waiting else messages.success)(request, text)
    return _back(request)


@require_POST
@staff_screen(CHANGE)
def try_again(request: HttpRequest, provider_id: int, stream: str) -> HttpResponse:
    """End the waiting of an account: close its breaker in one stream, or use refused credentials once more."""
    provider = get_object_or_404(Provider, pk=provider_id)
    if stream not in STREAMS:
        raise Http404("no such stream")
    accounts.try_again(provider, stream, at=clock.now())
    note_action(request, provider, f"Tried again now ({stream}).")
    messages.success(request, _("%s is used again, from the next mail on. If it fails, it is left alone once more.")
                     % provider.name)  # fmt: skip
    return _back(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The end of a test in words, with the colour that it is shown in."""

    tone: str
    label: str
    text: str = ""
    code: str = ""
    answer: str = ""
    message_id: str = ""


@require_POST
@staff_screen(CHANGE)
def test_connection(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Ask the provider something harmless with the account's credentials."""
    provider = get_object_or_404(Provider, pk=provider_id)
    was_refused = provider.refused_at is not None
    tested = check_account(provider, at=clock.now())
    note_action(request, provider, f"Tested the connection: {tested.outcome}.")
    return _show(request, provider, _of_test(tested, is_mended=was_refused))


@require_POST
@staff_screen(CHANGE)
def send_test_mail(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Send one mail by this very account."""
    provider = get_object_or_404(Provider, pk=provider_id)
    form = SendTestForm(request.POST, provider=provider)
    if not form.is_valid():
        fault = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _show(request, provider, Shown(tone="bad", label=_("not sent"), text=fault), form=form)
    try:
        sent = send_test(
            provider, form.cleaned_data["address"], stream=form.cleaned_data["stream"], user_id=request.user.pk or 0
        )
    except (NotSendable, BadAddress) as error:
        return _show(request, provider, Shown(tone="bad", label=_("not sent"), text=str(error)), form=form)
    said = sent.verdict.kind.value if sent.verdict else sent.reason
    note_action(request, provider, f"Sent a test mail (message {sent.message_id}): {said}.")
    return _show(request, provider, _of_mail(sent), form=form)


def _of_test(tested: AccountTest, *, is_mended: bool) -> Shown:
    if tested.outcome == Outcome.UNTESTABLE:
        return Shown(tone="warn", label=_("not tested"), text=tested.text)
    if tested.outcome == Outcome.FAILED:
        return Shown(tone="bad", label=_("failed"), text=tested.text, code=tested.code, answer=tested.answer)
    text = _("The credentials work, and the account is used again.") if is_mended else _("The credentials work.")
    return Shown(tone="good", label=_("passed"), text=f"{text} {tested.text}".strip())


_TONES = {"accepted": "good", "transient": "warn", "ambiguous": "warn"}


def _of_mail(sent: SentTest) -> Shown:
    message_id, verdict = str(sent.message_id), sent.verdict
    if verdict is None:
        return Shown(tone="warn", label=_("not sent"), text=in_words(sent.reason) + ".", message_id=message_id)
    label = {"accepted": _("accepted"), "ambiguous": _("unknown")}.get(verdict.kind, _("not accepted"))
    text = _("The provider took it. Whether it arrives, its report will say.") if verdict.kind == "accepted" else (
        in_words(verdict.kind) + "."
    )  # fmt: skip
    return Shown(
        tone=_TONES.get(verdict.kind, "bad"), label=label, text=text, code=verdict.code, answer=verdict.answer,
        message_id=message_id,
    )  # fmt: skip


def _show(request: HttpRequest, provider: Provider, shown: Shown, *, form: SendTestForm | None = None) -> HttpResponse:
    """The account's panel with the result; without JavaScript, its page with the result as a message."""
    if not request.headers.get("HX-Request"):
        level = messages.SUCCESS if shown.tone == "good" else messages.ERROR
        messages.add_message(request, level, ": ".join(filter(None, [shown.label, shown.text, shown.code])))
        return HttpResponseRedirect(reverse("admin:notifications_provider_change", args=[provider.pk]))
    provider.refresh_from_db()
    context: dict[str, Any] = {**panel(request, provider), "shown": shown, "is_swapped": True}
    if form is not None:
        context |= {"test_form": form, "shown_mail": shown, "shown": None}
    return render(request, "notifications/console/provider_panel.html", context)


def panel(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """What the panel on an account's page shows before anything is pressed."""
    return {
        "provider": provider, "standings": standing.read_account(provider, at=clock.now()),
        "test_form": SendTestForm(provider=provider, initial={"address": getattr(request.user, "email", "")}),
        "may_change": request.user.has_perm(CHANGE),
    }  # fmt: skip


def _back(request: HttpRequest) -> HttpResponse:
    """To the screen that the button stands on: the pools, or the account's page."""
    account = request.POST.get("from", "")
    if account.isdigit():
        return HttpResponseRedirect(reverse("admin:notifications_provider_change", args=[account]))
    return HttpResponseRedirect(reverse("notifications:providers"))
