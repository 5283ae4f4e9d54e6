"""How does a tree become one test, and a segment within a segment a part of it?"""

from __future__ import annotations

from campaigns.segments.conditions.base import Condition
from campaigns.segments.faults import BadRule
from campaigns.segments.pieces import Piece, Statement, join_pieces, negate
from campaigns.segments.tree import Group, Path, read_rule

EVERYBODY = Piece("TRUE")


def write_part(part: Group | Condition, into: Statement, path: Path = ()) -> Piece:
    """The part as SQL. Raises BadRule with the path of what cannot be written."""
    if isinstance(part, Group):
        return _write_group(part, into, path)
    try:
        return part.test(into)
    except BadRule as error:
        raise BadRule(str(error), path) from error


def _write_group(group: Group, into: Statement, path: Path) -> Piece:
    if not group.rules:
        return EVERYBODY
    parts = [write_part(one, into, (*path, index)) for index, one in enumerate(group.rules)]
    found = join_pieces(" AND " if group.match == "all" else " OR ", parts)
    return negate(found) if group.match == "none" else found


def write_segment(number: int, into: Statement) -> Piece:
    """Whether a contact is in another segment, as a part of the same statement. Raises BadRule."""
    segment = into.known.segment(number)
    if number in into.inside:
        raise BadRule(f"The segment “{segment.name}” would ask for itself. Take it out of one of the rules.")
    if not segment.rule:
        return EVERYBODY
    before = into.inside
    into.inside = (*before, number)
    try:
        return write_part(read_rule(segment.rule).root, into)
    except BadRule as error:
        raise BadRule(f"In the segment “{segment.name}”: {error}") from error
    finally:
        into.inside = before
