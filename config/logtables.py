"""How does the admin show a table of millions of rows? Read-only, newest first, and without counting them all."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

#: Nobody pages further than this by hand; a filter leads there faster.
MOST_ROWS_COUNTED = 5_000


class BoundedPaginator(Paginator[Any]):
    """Counts up to a bound: an exact number below it, the bound itself beyond."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most MOST_ROWS_COUNTED."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[:MOST_ROWS_COUNTED].count()


class ReadOnlyAdmin(ModelAdmin):
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
    list_filter_submit = False
    list_fullwidth = True
    actions = None


def estimate_rows(model: type[Model]) -> int:
    """About how many rows a table has, from the planner's statistics: cheap at any size."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE relname = %s", [model._meta.db_table])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
