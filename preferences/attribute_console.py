"""How does staff say which attributes contacts have, and change those of one contact?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.screens import offer_door, page_of, show_screen, staff_screen
from preferences import attributes
from preferences.attribute_forms import AttributeForm, ContactForm, KindForm, NewAttributeForm
from preferences.attribute_kinds import Kind
from preferences.contact_editing import edit_contact
from preferences.models import Attribute, Contact

_VIEW, _ADD, _CHANGE = (f"preferences.{action}_attribute" for action in ("view", "add", "change"))
_EDIT = "preferences.change_contact"

offer_door(Contact, "Edit…", lambda contact: reverse("preferences:contact-edit", args=[contact.pk]))


@staff_screen(_VIEW)
def list_attributes(request: HttpRequest) -> HttpResponse:
    """The definitions, keys that have none, and a form for a new one."""
    may_add = request.user.has_perm(_ADD)
    form = NewAttributeForm(request.POST or None)
    if request.method == "POST" and may_add and form.is_valid():
        attributes.define(**form.cleaned_data)
        messages.success(request, _("Defined."))
        return redirect("preferences:attributes")
    return show_screen(
        request, "preferences/console/attributes.html", title=_("Attributes"), form=form, may_add=may_add,
        defined=Attribute.objects.all(), undefined=attributes.find_undefined(),
    )  # fmt: skip


@require_POST
@staff_screen(_ADD)
def define_found(request: HttpRequest) -> HttpResponse:
    """Define a key that stands in the data, with the kind that its values suggest."""
    key = request.POST.get("key", "")
    kind = request.POST.get("kind", "")
    if key and attributes.key_of(key) and len(key) <= 64 and kind in Kind.values:
        one = attributes.define(key, kind=kind)
        messages.success(request, _("“%(name)s” is defined. Its name can be changed.") % {"name": one.name})
    return redirect("preferences:attributes")


@staff_screen(_CHANGE)
def edit_attribute(request: HttpRequest, attribute_id: int) -> HttpResponse:
    """Name and description; and another kind, after its consequences were shown."""
    one = get_object_or_404(Attribute, pk=attribute_id)
    form = AttributeForm(request.POST or None, initial={"name": one.name, "description": one.description})
    if request.method == "POST" and form.is_valid():
        Attribute.objects.filter(pk=one.pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("preferences:attributes")
    return show_screen(
        request, "preferences/console/attribute.html", title=one.name, one=one, form=form,
        kind_form=KindForm(initial={"kind": one.kind}),
    )  # fmt: skip


@staff_screen(_CHANGE)
def change_kind(request: HttpRequest, attribute_id: int) -> HttpResponse:
    """What another kind would do to the values; then it is done."""
    one = get_object_or_404(Attribute, pk=attribute_id)
    form = KindForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect("preferences:attribute", one.pk)
    kind = form.cleaned_data["kind"]
    if "confirmed" in request.POST:
        return _change_kind(request, one, kind)
    return show_screen(
        request, "preferences/console/attribute_kind.html", title=one.name, one=one, kind=kind,
        kind_label=Kind(kind).label, change=attributes.plan_kind(one, kind),
    )  # fmt: skip


def _change_kind(request: HttpRequest, one: Attribute, kind: str) -> HttpResponse:
    try:
        rewritten, removed = attributes.change_kind(one, kind, drops_unfit="drops_unfit" in request.POST)
    except attributes.Unfit as fault:
        messages.error(request, _("Nothing was changed: %(fault)s.") % {"fault": fault})
    else:
        counts = {"rewritten": rewritten, "removed": removed}
        messages.success(
            request, _("Changed: %(rewritten)d values were rewritten, %(removed)d removed.") % counts
        )  # fmt: skip
    return redirect("preferences:attribute", one.pk)


@staff_screen(_EDIT)
def edit_person(request: HttpRequest, contact_id: int) -> HttpResponse:
    """What is known of one contact, in fields of the right kind."""
    contact = get_object_or_404(Contact, pk=contact_id, erased_at=None)
    form = ContactForm(contact, request.POST or None)
    if request.method == "POST" and form.is_valid():
        columns, changed = form.changes()
        if edit_contact(contact.pk, columns=columns, attributes=changed, by=request.user.pk):
            messages.success(request, _("Saved."))
        return redirect(page_of(contact))
    defined = {one.key for one in form.attributes}
    others = {key: value for key, value in (contact.attributes or {}).items() if key not in defined}
    return show_screen(
        request, "preferences/console/contact_edit.html", title=_("Edit a contact"), contact=contact, form=form,
        contact_page=page_of(contact), others=others,
    )  # fmt: skip
