"""How does a web address get parameters, such as those that web statistics count by?"""

from __future__ import annotations

import re
from urllib.parse import quote_plus, unquote_plus

from liquid import Markup

from notifications.compose.filters.bounds import Filter, as_text

_WEB = re.compile(r"https?://", re.IGNORECASE)


def add_parameters(left: object, /, **parameters: object) -> str:
    """The address with `utm_source=mail` and the like. What is there already stays as it is, also the part after #.

    Other addresses, such as mailto:, come through unchanged, and a blank value adds nothing.
    """
    address = str(left.unescape()) if isinstance(left, Markup) else as_text(left)
    if not _WEB.match(address):
        return address
    rest, mark, fragment = address.partition("#")
    page, _, query = rest.partition("?")
    present = {unquote_plus(pair.partition("=")[0]) for pair in query.split("&")}
    added = [
        f"{quote_plus(name)}={quote_plus(_plain(value))}"
        for name, value in parameters.items()
        if name not in present and _plain(value)
    ]
    whole = "&".join([*filter(None, [query.rstrip("&")]), *added])
    return f"{page}?{whole}{mark}{fragment}" if whole else address


FILTERS: dict[str, Filter] = {"add_parameters": add_parameters}


def _plain(value: object) -> str:
    return str(value.unescape()) if isinstance(value, Markup) else as_text(value)
