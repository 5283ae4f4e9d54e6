"""What does staff do with brands? See them, change one with a mail beside it, and publish its mails again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config.screens import show_screen, staff_screen
from notifications.brand_forms import BrandForm, form_of, mended_by, read_form
from notifications.brand_preview import preview_brand
from notifications.compose.brands.choosing import content_of
from notifications.compose.brands.content import NETWORKS
from notifications.compose.brands.legibility import pairings_of
from notifications.compose.brands.models import Brand
from notifications.compose.brands.republishing import republish
from notifications.compose.brands.saving import BadKey, BrandInUse, delete_brand, make_brand, make_default, save_brand
from notifications.compose.brands.staleness import changes_between, uses_of, versions_in_use
from notifications.compose.brands.values import Values, values_of
from notifications.compose.brands.words import note_for
from notifications.compose.findings import SourceFault
from notifications.compose.pictures.encoding import MAX_BYTES, NoPicture
from notifications.compose.pictures.storing import store_picture
from notifications.compose.render import RenderFault
from notifications.gallery.shown import Look, in_look
from notifications.history import note_action
from notifications.templates_console import PUBLISH, author_of

VIEW, ADD, CHANGE, DELETE = (f"notifications.{action}_brand" for action in ("view", "add", "change", "delete"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A brand in the list, with a mail in light and in dark."""

    brand: Brand
    looks: list[tuple[bool, str]]  # is it dark, HTML
    mails: int
    stale: int


@staff_screen(VIEW)
def list_brands(request: HttpRequest) -> HttpResponse:
    """Every brand, with a mail in it."""
    cards = [_card(brand) for brand in Brand.objects.all()]
    return show_screen(
        request, "notifications/console/brands.html", title=_("Brands"), cards=cards,
        may_add=request.user.has_perm(ADD),
    )  # fmt: skip


@staff_screen(ADD)
def new_brand(request: HttpRequest) -> HttpResponse:
    """A further brand, as a copy of the default one; then on to its page."""
    fault = ""
    if request.method == "POST":
        key, name = request.POST.get("key", "").strip(), request.POST.get("name", "").strip()[:200]
        try:
            brand = make_brand(key, name=name, author=author_of(request))
        except BadKey as reason:
            fault = str(reason)
        else:
            return redirect("notifications:brand", brand.key)
    return show_screen(
        request, "notifications/console/brand_new.html", title=_("New brand"), fault=fault, given=request.POST
    )


@staff_screen(VIEW)
def show_brand(request: HttpRequest, key: str) -> HttpResponse:
    """One brand: what it says, a mail beside it, and which mails carry an earlier state of it."""
    brand = _find(key)
    return _show(request, brand, form_of(content_of(brand)))


@require_POST
@staff_screen(CHANGE)
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Store what was typed; mails take it when they are published again."""
    brand, form = _find(key), read_form(request.POST)
    if form.content is None:
        messages.error(request, _("Not saved. What must be mended is named below; nothing you wrote is lost."))
        return _show(request, brand, form)
    changed = changes_between(values_of(content_of(brand)), values_of(form.content))
    brand = save_brand(brand, form.content, author=author_of(request))
    note_action(request, brand, note_for(changed))
    left = sum(one.is_stale for one in uses_of(brand))
    messages.success(request, _told_saved(left))
    return redirect("notifications:brand", key)


@require_POST
@staff_screen(VIEW)
def show_preview(request: HttpRequest, key: str) -> HttpResponse:
    """A mail in what was typed so far; in the brand as it is for those who may not type."""
    brand = _find(key)
    form = read_form(request.POST) if request.user.has_perm(CHANGE) else form_of(content_of(brand))
    return render(request, "notifications/fragments/brand_preview.html", _preview(request, brand, form))


@require_POST
@staff_screen(CHANGE)
def upload_logo(request: HttpRequest, key: str) -> HttpResponse:
    """A picture for the logo's field; the brand is saved by itself."""
    file, name = request.FILES.get("file"), "logo_url"
    try:
        if file is None or (file.size or 0) > MAX_BYTES:
            raise NoPicture(_("choose a file of at most 10 MB"))
        picture = store_picture(file.read(), name=file.name or "", author=author_of(request))
    except NoPicture as reason:
        before = content_of(_find(key)).logo_url
        context = {"fault": str(reason), "name": name, "value": before}
        return render(request, "notifications/fragments/picture_field.html", context)
    response = render(request, "notifications/fragments/picture_field.html", {"value": picture.url, "name": name})
    response["HX-Trigger-After-Settle"] = "picture-stored"
    return response


@require_POST
@staff_screen(PUBLISH)
def publish_again(request: HttpRequest, key: str) -> HttpResponse:
    """The next lot of mails that carry an earlier state of the brand; the page asks again until none is left."""
    brand = _find(key)
    done = republish(brand, author=author_of(request))
    if done.refs:
        note_action(request, brand, f"Published again: {', '.join(done.refs)}")
    if not request.headers.get("HX-Request"):
        return redirect("notifications:brand", key)
    before = int(made) if (made := request.POST.get("made", "")).isdecimal() and len(made) < 9 else 0
    context = {**_uses(request, brand), "made": before + len(done.refs), "is_running": done.left and done.refs}
    return render(request, "notifications/fragments/brand_uses.html", context)


@require_POST
@staff_screen(CHANGE)
def choose_default(request: HttpRequest, key: str) -> HttpResponse:
    """Templates that name no brand are of this one from their next publication on."""
    brand = _find(key)
    make_default(brand)
    note_action(request, brand, "Made it the default brand.")
    messages.success(request, _("%(name)s is the default brand now.") % {"name": brand.name})
    return redirect("notifications:brand", key)


@require_POST
@staff_screen(DELETE)
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Forget a brand that nothing uses."""
    brand = _find(key)
    try:
        delete_brand(brand)
    except BrandInUse as reason:
        messages.error(request, str(reason))
        return redirect("notifications:brand", key)
    messages.success(request, _("Deleted. Mails that were sent in it stay as they were."))
    return redirect("notifications:brands")


def _find(key: str) -> Brand:
    return get_object_or_404(Brand, key=key)


def _card(brand: Brand) -> Card:
    values, uses = values_of(content_of(brand)), uses_of(brand)
    looks, _fault = _looks(values)
    return Card(brand=brand, looks=looks, mails=len(uses), stale=sum(one.is_stale for one in uses))


def _looks(values: Values, *, template_key: str = "", is_phone: bool = False) -> tuple[list[tuple[bool, str]], str]:
    """A mail in light and in dark, each with whether it is dark; or why there is none."""
    try:
        html = preview_brand(values, template_key=template_key)
    except SourceFault as fault:
        return [], str(fault.findings[0])
    except RenderFault as fault:
        return [], fault.detail
    return [(is_dark, in_look(html, Look(is_dark=is_dark, is_phone=is_phone))) for is_dark in (False, True)], ""


def _show(request: HttpRequest, brand: Brand, form: BrandForm) -> HttpResponse:
    uses = _uses(request, brand)
    return show_screen(
        request, "notifications/console/brand.html", title=brand.name, is_fullwidth="1", form=form, networks=NETWORKS,
        may_change=request.user.has_perm(CHANGE), may_delete=request.user.has_perm(DELETE),
        templates=sorted({one.version.template.key for one in uses["uses"]}),
        **{**uses, **_preview(request, brand, form)},
    )  # fmt: skip


def _preview(request: HttpRequest, brand: Brand, form: BrandForm) -> dict[str, Any]:
    content, is_phone = mended_by(form, content_of(brand)), request.POST.get("width") == "phone"
    chosen = request.POST.get("mail", "")
    if chosen not in {one.version.template.key for one in versions_in_use(brand)}:
        chosen = ""
    looks, fault = _looks(values_of(content), template_key=chosen, is_phone=is_phone)
    return {
        "brand": brand, "looks": looks, "look_fault": fault, "is_phone": is_phone, "chosen": chosen,
        "faults": form.faults, "pairings": pairings_of(content),
    }  # fmt: skip


def _uses(request: HttpRequest, brand: Brand) -> dict[str, Any]:
    uses = uses_of(brand)
    return {
        "brand": brand, "uses": uses, "stale": [one for one in uses if one.is_stale],
        "untouched": [one for one in uses if one.changes and not one.is_shown],
        "may_publish": request.user.has_perm(PUBLISH),
    }  # fmt: skip


def _told_saved(left: int) -> str:
    if not left:
        return _("Saved. No mail that is sent shows what you changed; public pages follow at once.")
    return ngettext(
        "Saved. %(left)d mail still shows the brand as it was: publish it again below.",
        "Saved. %(left)d mails still show the brand as it was: publish them again below.", left,
    ) % {"left": left}  # fmt: skip
