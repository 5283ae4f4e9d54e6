"""To whom shall a test go? Addresses as people paste them, each looked at by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from preferences.addresses import BadAddress, normalise_address

MOST = 20  # of one test

_BETWEEN = re.compile(r"[,;\n\r\t]+|\s+(?=[^\s<>]+@)")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAddresses:
    """The addresses, each once, and one sentence for each text that is none."""

    addresses: tuple[str, ...]
    faults: tuple[str, ...]


def read_addresses(text: str, further: Iterable[str] = (), *, most: int = MOST) -> ReadAddresses:
    """Addresses separated by commas, semicolons, spaces or lines, `Ada <ada@example.com>` too; then `further` ones."""
    found: dict[str, None] = {}
    faults: list[str] = []
    for written in (*_pieces(text), *further):
        try:
            found[normalise_address(written)] = None
        except BadAddress as bad:
            faults.append(f"“{written[:80]}”: {bad}.")
    if len(found) > most:
        faults.append(
            _("These are %(count)s addresses, and at most %(most)s may be given at once.")
            % {"count": len(found), "most": most}
        )
    return ReadAddresses(addresses=tuple(found), faults=tuple(faults))


def _pieces(text: str) -> Iterator[str]:
    for piece in _BETWEEN.split(text):
        written = piece.strip()
        named = _NAMED.fullmatch(written)
        if written:
            yield named.group(1).strip() if named else written
