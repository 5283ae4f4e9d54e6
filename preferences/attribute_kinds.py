"""How is a value of an attribute written, and when does one not fit its kind?

Imports, forms and other applications all come through `parse_value`, so that a segment can rely on what is stored.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeAlias

from preferences.models import Attribute

Kind = Attribute.Kind
#: As it is stored: a string, a number, a truth value, strings, or the parts of a place.
Value: TypeAlias = str | int | float | bool | list[str] | dict[str, str]

LONGEST_TEXT = 1_000
MOST_ITEMS, LONGEST_ITEM = 100, 200
_LARGEST_NUMBER = 1e15

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_YES = frozenset({"true", "yes", "y", "1", "on", "x", "ja", "j", "wahr", "sí", "si", "s", "verdadero", "oui", "✓"})
_NO = frozenset({"false", "no", "n", "0", "off", "nein", "falsch", "falso", "non"})
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})")  # 12,5 is plain; 1,234 may be a thousand or one
_GROUPED = (re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}"),
            re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}"))  # fmt: skip
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED_DATE = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
PLACE_PARTS = ("city", "region", "country")


class BadValue(ValueError):
    """The value does not fit its kind; the message says what would."""


def parse_value(kind: str, raw: object) -> Value | None:
    """The value as it is stored, of a text or of JSON; None for nothing at all. Raises BadValue."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, str) and _CONTROL.search(raw):
        raise BadValue("the value contains a control character")
    return _PARSERS[kind](raw)


def write_value(value: object) -> str:
    """A stored value as people read it, and as `parse_value` reads it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(write_value, value))
    if isinstance(value, dict) and set(value) <= set(PLACE_PARTS):
        return ", ".join(str(value[part]) for part in PLACE_PARTS if value.get(part))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def guess_kind(values: Iterable[object]) -> Kind:
    """The narrowest kind into which all of these fit; text where nothing is known."""
    known = [value for value in values if value not in (None, "")]
    if not known:
        return Kind.TEXT
    if all(isinstance(value, list) for value in known):
        return Kind.LIST
    if all(isinstance(value, dict) for value in known):
        return Kind.PLACE
    fitting = (kind for kind in (Kind.BOOLEAN, Kind.NUMBER, Kind.DATE) if all(_looks_like(kind, v) for v in known))
    return next(fitting, Kind.TEXT)


def fits(kind: str, value: object) -> bool:
    """Whether a value can be read as this kind."""
    try:
        parse_value(kind, value)
    except BadValue:
        return False
    return True


def _looks_like(kind: Kind, value: object) -> bool:
    """Numbers with a leading zero are codes, not numbers, and a one is a number rather than a yes."""
    text = str(value).strip() if not isinstance(value, bool) else ""
    if kind == Kind.BOOLEAN and text.lstrip("+-").isdigit():
        return False
    if kind == Kind.NUMBER and (len(text) > 1 and text[0] in "0+" and text[1] not in ".,"):
        return False
    return fits(kind, value)


def _parse_text(raw: object) -> str:
    if isinstance(raw, bool):
        return write_value(raw)
    if not isinstance(raw, str | int | float):
        raise BadValue("write a text")
    text = str(raw).strip()
    if len(text) > LONGEST_TEXT:
        raise BadValue(f"the text is longer than {LONGEST_TEXT:,} characters")
    return text


def _parse_number(raw: object) -> int | float:
    if isinstance(raw, str):
        raw = _number_of(raw.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", ""))
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise BadValue("write a number, such as 1234.5")
    if abs(raw) > _LARGEST_NUMBER:
        raise BadValue("the number is too large")
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def _number_of(text: str) -> float | int:
    if _PLAIN_NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text[:20])
    if _COMMA_NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if _GROUPED[0].fullmatch(text):
        return float(text.replace(",", ""))
    if _GROUPED[1].fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    raise BadValue("write a number, such as 1234.5")


def _parse_date(raw: object) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    if found := _ISO_DATE.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _DOTTED_DATE.fullmatch(text):
        return _day(found[3], found[2], found[1])
    if found := _SLASHED_DATE.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        if first <= 12 and second <= 12 and first != second:
            raise BadValue("is it day or month first? Write dates as 2026-11-28")
        day, month = (found[1], found[2]) if first > 12 else (found[2], found[1])
        return _day(found[3], month, day)
    raise BadValue("write a date as 2026-11-28")


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise BadValue("there is no such day; write dates as 2026-11-28") from None


def _parse_boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().casefold() if isinstance(raw, str | int) else ""
    if word in _YES or word in _NO:
        return word in _YES
    raise BadValue("write yes or no")


def _parse_list(raw: object) -> list[str]:
    if isinstance(raw, str):
        raw = _items_of(raw.strip())
    if not isinstance(raw, list) or not all(isinstance(item, str | int | float) for item in raw):
        raise BadValue("write the items with semicolons between them")
    items = list(dict.fromkeys(text for text in (write_value(item).strip() for item in raw) if text))
    if len(items) > MOST_ITEMS or any(len(item) > LONGEST_ITEM for item in items):
        raise BadValue(f"at most {MOST_ITEMS} items of {LONGEST_ITEM} characters each")
    return items


def _items_of(text: str) -> list[Any]:
    if text.startswith("[") and text.endswith("]"):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
    mark = next((one for one in ";|," if one in text), "")
    return text.split(mark) if mark else [text]


def _parse_place(raw: object) -> dict[str, str]:
    """A text is "Oslo", "NO", "Oslo, NO" or "Oslo, Oslo fylke, NO"."""
    parts = _parts_of(raw) if isinstance(raw, str) else raw
    if (
        not isinstance(parts, dict)
        or not set(parts) <= set(PLACE_PARTS)
        or not all(isinstance(part, str) and len(part) <= LONGEST_ITEM for part in parts.values())
    ):
        raise BadValue("write a place as city, region, country, the country in two letters: Oslo, NO")
    place = {name: parts[name].strip() for name in PLACE_PARTS if parts.get(name, "").strip()}
    if "country" in place:
        if not _COUNTRY.fullmatch(place["country"]):
            raise BadValue("write the country in two letters, such as NO")
        place["country"] = place["country"].upper()
    return place


def _parts_of(text: str) -> dict[str, str]:
    cells = [cell.strip() for cell in text.split(",")]
    if len(cells) == 1:
        return {"country": text} if _COUNTRY.fullmatch(text.strip()) else {"city": text}
    if len(cells) == 2:
        return {"city": cells[0], "country": cells[1]}
    return {"city": cells[0], "region": ", ".join(cells[1:-1]), "country": cells[-1]}


_PARSERS: dict[str, Callable[[object], Value]] = {
    Kind.TEXT: _parse_text, Kind.NUMBER: _parse_number, Kind.DATE: _parse_date, Kind.BOOLEAN: _parse_boolean,
    Kind.LIST: _parse_list, Kind.PLACE: _parse_place,
}  # fmt: skip
