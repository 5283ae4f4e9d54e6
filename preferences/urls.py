"""Under which addresses does a person choose?"""

from __future__ import annotations

from django.urls import path

from preferences import (
    consent_console,
    erasure_console,
    leaving,
    personal,
    public,
    sign_up_console,
    sign_up_public,
    suppression_console,
)

app_name = "preferences"
urlpatterns = [
    path("u/<str:token>", leaving.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", public.preferences, name="preferences"),
    path("p/<str:token>/mails", personal.mails, name="mails"),
    path("p/<str:token>/phone", personal.phone, name="phone"),
    path("p/<str:token>/data", personal.data, name="data"),
    path("p/<str:token>/erase", personal.erase, name="erase"),
    path("suppressions/import/", suppression_console.new_list, name="suppression-import"),
    path("suppressions/export.csv", suppression_console.export, name="suppression-export"),
    path("suppressions/lists/<int:list_id>/", suppression_console.show_list, name="suppression-list"),
    path("suppressions/lists/<int:list_id>/act/", suppression_console.act_on_list, name="suppression-list-act"),
    path("suppressions/lists/<int:list_id>/faults.csv", suppression_console.faulty_lines, name="suppression-faults"),
    path("preferences/mine", public.own_preferences, name="own-preferences"),
    path("s/<slug:key>", sign_up_public.sign_up, name="sign-up"),
    path("s/<slug:key>/frame", sign_up_public.sign_up_frame, name="sign-up-frame"),
    path("confirm/<str:token>", sign_up_public.confirm, name="confirm"),
    path("sign-up-forms/", sign_up_console.list_forms, name="sign-up-forms"),
    path("sign-up-forms/new/", sign_up_console.new_form, name="sign-up-form-new"),
    path("sign-up-forms/preview/", sign_up_console.preview_form, name="sign-up-form-preview"),
    path("sign-up-forms/<int:form_id>/", sign_up_console.show_form, name="sign-up-form"),
    path("sign-up-forms/<int:form_id>/consent.<slug:kind>", consent_console.form_proof, name="consent-of-form"),
    path("contacts/<int:contact_id>/data.json", erasure_console.export_person, name="export-person"),
    path("contacts/<int:contact_id>/erase/", erasure_console.erase_person, name="erase-person"),
    path("contacts/<int:contact_id>/consent.<slug:kind>", consent_console.contact_proof, name="consent-of-contact"),
]
