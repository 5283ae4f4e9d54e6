"""Under which addresses does a person choose?"""

from __future__ import annotations

from django.urls import path

from preferences import (
    attribute_console,
    consent_console,
    contact_console,
    erasure_console,
    export_console,
    import_console,
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
    path("contacts/<int:contact_id>/edit/", attribute_console.edit_person, name="contact-edit"),
    path("contacts/import/", import_console.new_import, name="contact-imports"),
    path("contacts/import/<int:table_id>/", import_console.show_import, name="contact-import"),
    path("contacts/import/<int:table_id>/act/", import_console.act_on_import, name="contact-import-act"),
    path("contacts/import/<int:table_id>/rows.csv", import_console.reported_rows, name="contact-import-rows"),
    path("contacts/<int:contact_id>/", contact_console.show_contact, name="contact"),
    path("contacts/<int:contact_id>/list/", contact_console.put_on_list, name="contact-list"),
    path("contacts/export/", export_console.new_export, name="contact-exports"),
    path("contacts/export/<int:table_id>/", export_console.show_export, name="contact-export"),
    path("contacts/export/<int:table_id>/stop/", export_console.stop, name="contact-export-stop"),
    path("contacts/export/<int:table_id>/contacts.csv", export_console.download, name="contact-export-file"),
    path("attributes/", attribute_console.list_attributes, name="attributes"),
    path("attributes/define/", attribute_console.define_found, name="attribute-define"),
    path("attributes/<int:attribute_id>/", attribute_console.edit_attribute, name="attribute"),
    path("attributes/<int:attribute_id>/kind/", attribute_console.change_kind, name="attribute-kind"),
]
