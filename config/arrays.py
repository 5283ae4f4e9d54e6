"""How do a thousand values travel to PostgreSQL and back? As one literal: a driver dumps a list item by item."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

_DECODER = json.JSONDecoder()  # PostgreSQL writes no white space around it, for which `loads` would look


def uuid_array(ids: Iterable[UUID]) -> str:
    """An array literal, for `%s::uuid[]`."""
    return "{" + ",".join([one.hex for one in ids]) + "}"


def int_array(numbers: Iterable[int]) -> str:
    """An array literal, for `%s::int[]` and `%s::bigint[]`."""
    return "{" + ",".join(map(str, numbers)) + "}"


def read_json(column: Any) -> dict[str, Any]:
    """An object as a raw cursor gives it: Django leaves JSON to its own fields. The empty one is the common one."""
    if isinstance(column, str):
        column = _DECODER.raw_decode(column)[0] if column != "{}" else {}
    found: dict[str, Any] = column
    return found
