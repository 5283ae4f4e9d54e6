"""How does staff hand out the proof of a consent: for one person, or for all who used a form?"""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from config.screens import staff_screen
from preferences.consent_proof import proof_rows, write_csv, write_json
from preferences.models import ConsentRecord, Contact, SignUpForm
from preferences.sign_ups import source_of

_VIEW = "preferences.view_consentrecord"


@staff_screen(_VIEW)
def contact_proof(request: HttpRequest, contact_id: int, kind: str) -> HttpResponse:
    """Everything that the ledger says of a contact."""
    contact = get_object_or_404(Contact, pk=contact_id)
    return _download(ConsentRecord.objects.filter(contact=contact), f"consent-contact-{contact.pk}", kind)


@staff_screen(_VIEW)
def form_proof(request: HttpRequest, form_id: int, kind: str) -> HttpResponse:
    """Everything that the ledger says of the sign-ups through a form."""
    form = get_object_or_404(SignUpForm, pk=form_id)
    return _download(ConsentRecord.objects.filter(source=source_of(form)), f"consent-form-{form.key}", kind)


def _download(entries: QuerySet[ConsentRecord], name: str, kind: str) -> HttpResponse:
    is_csv = kind == "csv"
    rows = proof_rows(entries)
    response = StreamingHttpResponse(
        write_csv(rows) if is_csv else write_json(rows),
        content_type="text/csv; charset=utf-8" if is_csv else "application/json; charset=utf-8",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)  # which views are declared to return
