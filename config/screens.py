"""How does a hand-made staff screen get the admin's frame, and how do screens find each other?

Lower apps may not know the screens of upper ones; those offer them here, and a lower page shows what is offered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

View = Callable[..., HttpResponse]


def staff_screen(permission: str) -> Callable[[View], View]:
    """A view for staff who hold `permission` ("tracking.view_message"); others log in first or are refused."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.is_staff_screen = True  # type: ignore[attr-defined] # for config.languages
        return admin.site.admin_view(guarded)

    return wrap


def show_screen(request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
    """A page inside the admin's frame: its navigation, permissions, messages and dark mode."""
    request.current_app = admin.site.name  # as the admin's own views do
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A way from one row's page to another screen."""

    label: str
    url: str


_doors: dict[type[Model], dict[str, Callable[[Any], str]]] = defaultdict(dict)
_pages: dict[type[Model], Callable[[Any], str]] = {}


def offer_door(model: type[Model], label: str, url: Callable[[Any], str]) -> None:
    """Let pages of `model` lead to a screen; offering a label again replaces it."""
    _doors[model][label] = url


def doors_of(row: Model) -> list[Door]:
    """The screens that were offered for such a row."""
    return [Door(label=label, url=url(row)) for label, url in _doors[type(row)].items()]


def provide_page(model: type[Model], url: Callable[[Any], str]) -> None:
    """Say which screen shows one row of `model`."""
    _pages[model] = url


def page_of(row: Model) -> str:
    """The address of the screen that shows this row; "" where there is none."""
    url = _pages.get(type(row))
    return url(row) if url else ""
