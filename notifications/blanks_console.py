"""What would be blank in a mail, and for whom? The report of a template, for an audience."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from config.screens import show_screen, staff_screen
from notifications.blank_values import TooSlow, count_blanks, find_variables
from notifications.compose.findings import SourceFault
from notifications.compose.models import Template
from notifications.editions import find_edition, offer_editions
from preferences.audiences import NoSuchAudience, audience_choices, find_audience
from preferences.models import Contact

VIEW, SEE_CONTACTS = "notifications.view_template", "preferences.view_contact"


@staff_screen(VIEW)
def show_blanks(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a draft or version and an audience; the counts come after the page, since many contacts take a moment."""
    template = get_object_or_404(Template, key=key)
    editions = offer_editions(template)
    chosen = request.GET.get("subject", "") or (editions[0][0] if editions else "")
    context = {
        "shown": template, "editions": editions, "chosen": chosen, "audiences": audience_choices(),
        "audience": request.GET.get("audience", "all"), "may_see_contacts": request.user.has_perm(SEE_CONTACTS),
    }  # fmt: skip
    if request.headers.get("HX-Request") or "now" in request.GET:
        context |= _count(template, chosen, str(context["audience"]))
    if request.headers.get("HX-Request"):
        return render(request, "notifications/fragments/blanks.html", context)
    title = _("What is blank in %(name)s?") % {"name": template.name}
    return show_screen(request, "notifications/console/blanks.html", title=title, **context)


def _count(template: Template, name: str, audience_name: str) -> dict[str, object]:
    try:
        audience = find_audience(audience_name)
        edition = find_edition(template, name)
        if edition is None:
            return {"fault": _("That draft or version is not there any more.")}
        report = count_blanks(find_variables(edition.compiled, edition.defaults), audience)
    except NoSuchAudience:
        return {"fault": _("These people cannot be chosen any more. Choose others.")}
    except SourceFault as fault:
        return {"fault": _("It does not compile yet: %(fault)s") % {"fault": fault.findings[0]}}
    except TooSlow:
        return {"fault": _("There are too many contacts to look at in time. Choose a smaller audience.")}
    ids = {one for blank in report.blanks for one in blank.contact_ids}
    names = dict(Contact.objects.filter(pk__in=ids).values_list("pk", "email"))
    rows = [(blank, [(one, names.get(one, "")) for one in blank.contact_ids]) for blank in report.blanks]
    return {"report": report, "rows": rows, "ref": edition.ref, "label": audience.label}
