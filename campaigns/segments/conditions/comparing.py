"""How are texts, numbers and yes-or-no values compared, wherever they stand?"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from campaigns.segments.pieces import Piece, join_pieces, negate

TextTest = Literal["is", "is_not", "contains", "contains_not", "starts_with", "ends_with", "known", "unknown"]
NumberTest = Literal["is", "is_not", "more_than", "at_least", "less_than", "at_most", "between", "known", "unknown"]
FlagTest = Literal["yes", "no", "known", "unknown"]

#: Tests that compare with nothing.
BARE = frozenset({"known", "unknown", "yes", "no"})
_SIGNS = {"is": "=", "more_than": ">", "at_least": ">=", "less_than": "<", "at_most": "<="}
_LOWERED = "ANY(ARRAY(SELECT lower(v) FROM unnest(%s::text[]) v))"
_FINDING = {
    "contains": "strpos(lower({0}), lower(%s)) > 0",
    "starts_with": "starts_with(lower({0}), lower(%s))",
    "ends_with": "right(lower({0}), length(lower(%s))) = lower(%s)",
}


def compare_known(source: Piece, *, is_known: bool) -> Piece:
    """Whether there is a value."""
    return Piece(f"({source.sql}) IS {'NOT ' if is_known else ''}NULL", source.values)


def compare_text(source: Piece, test: TextTest, values: tuple[str, ...]) -> Piece:
    """Whether a text is, or holds, one of the values, in capitals or not. The negative of it holds for no text too."""
    if test in {"known", "unknown"}:
        return compare_known(source, is_known=test == "known")
    if test in {"is_not", "contains_not"}:
        return negate(compare_text(source, "is" if test == "is_not" else "contains", values))
    if test == "is":
        return _or_false(Piece(f"lower({source.sql}) = {_LOWERED}", (*source.values, list(values))))
    sql = _FINDING[test].format(source.sql)
    doubled = 2 if test == "ends_with" else 1
    return _or_false(join_pieces(" OR ", [Piece(sql, (*source.values, *(one,) * doubled)) for one in values]))


def compare_number(source: Piece, test: NumberTest, value: Decimal, until: Decimal) -> Piece:
    """How a number compares; without one only `unknown` and `is_not` hold."""
    if test in {"known", "unknown"}:
        return compare_known(source, is_known=test == "known")
    if test == "is_not":
        return negate(compare_number(source, "is", value, until))
    if test == "between":
        return _or_false(Piece(f"({source.sql}) BETWEEN %s AND %s", (*source.values, value, until)))
    return _or_false(Piece(f"({source.sql}) {_SIGNS[test]} %s", (*source.values, value)))


def compare_flag(source: Piece, test: FlagTest) -> Piece:
    """Whether a JSON value is true, false, or either."""
    if test in {"known", "unknown"}:
        known = Piece(f"coalesce(jsonb_typeof({source.sql}) = 'boolean', false)", source.values)
        return known if test == "known" else negate(known)
    return _or_false(Piece(f"{source.sql} = to_jsonb(%s::boolean)", (*source.values, test == "yes")))


def compare_list(array: Piece, values: tuple[str, ...], *, is_all: bool) -> Piece:
    """Whether any, or all, of the values are in a list of texts."""
    if is_all:
        return join_pieces(" AND ", [compare_list(array, (one,), is_all=False) for one in values])
    sql = f"EXISTS (SELECT FROM jsonb_array_elements_text({array.sql}) AS i(item) WHERE lower(i.item) = {_LOWERED})"
    return Piece(sql, (*array.values, list(values)))


def _or_false(piece: Piece) -> Piece:
    return Piece(f"coalesce({piece.sql}, false)", piece.values)
