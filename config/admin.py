"""Who may log in to the console? Staff and their roles, in the console's look."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django_rq.models import Dashboard
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

for model in (User, Group):
    admin.site.unregister(model)
# RQ's dashboard cleans registries up as it reads them, and can so run an abandoned job again: not for looking at.
with suppress(NotRegistered):
    admin.site.unregister(Dashboard)


@admin.register(User)
class StaffAdmin(UserAdmin, ModelAdmin):  # type: ignore[type-arg,misc] # not subscriptable; not typed
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form: Any = AdminPasswordChangeForm
    filter_horizontal = ()
    list_display = ("username", "email", "is_staff", "is_superuser", "last_login")


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc] # Unfold is not typed
    filter_horizontal = ()  # the two-pane widget is wider than a screen
