"""How does the admin show a table of millions of rows? Read-only, newest first, and without counting them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.decorators import display

Column = TypeVar("Column", bound=Callable[..., object])

#: Nobody pages further than this by hand; a filter leads there faster.
MOST_ROWS_COUNTED = 5_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg] # not subscriptable when it runs
    """Counts up to a bound: an exact number below it, the bound itself beyond."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most MOST_ROWS_COUNTED."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[:MOST_ROWS_COUNTED].count()


class TeachingAdmin(ModelAdmin):  # type: ignore[misc] # Unfold is not typed
    """Says on an empty list what fills it (`empty_hint`)."""

    empty_hint = ""


class ReadOnlyAdmin(TeachingAdmin):
    """Looks, but does not touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LogAdmin(ReadOnlyAdmin):
    """A log table: newest first by its time-ordered key, bounded counting, no sorting by what has no index."""

    paginator = BoundedPaginator
    show_full_result_count = False
    ordering = ("-pk",)
    sortable_by: tuple[str, ...] = ()
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    actions = None


def labelled(description: str, tones: dict[str, str]) -> Callable[[Column], Column]:
    """A column whose words stand on colours, by Unfold's names for them; a typed form of Unfold's decorator."""
    decorate: Callable[[Column], Column] = display(description=description, label=tones)
    return decorate
