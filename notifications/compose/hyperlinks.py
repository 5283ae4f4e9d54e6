"""Which links of a mail are counted, and under which number?

An address that is the same for everybody is a static link: one row a version. One that holds
Liquid is personal: its row has no address, the mail remembers the values. One that reads a
secret, the unsubscribe, preference and profile links, and that to the web version, are left exactly as they are.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notifications.compose.findings import Finding, SourceFault
from notifications.compose.lifting import Lifted, Tokens
from notifications.compose.linktags import COUNTED, PIXEL_TAG, write_click, write_personal
from notifications.compose.reading import may_read, readings, tainted_names
from notifications.compose.sandbox import parse

if TYPE_CHECKING:
    from liquid.ast import Node

# Never counted: a person's own pages, and a brand's profiles, which would be a row each in every version.
OWN_ADDRESSES = frozenset(("unsubscribe_url", "preferences_url", "web_version_url", "brand.social"))
UNCOUNTED = re.compile(r"(mailto:|tel:|sms:|#)", re.IGNORECASE)

# Links only: <link href> in the head loads a font. VML copies of a link are for Outlook.
_HREF = re.compile(r"(<(?:a|area|v:[\w]+)\b[^<>]*?\shref=)(?:\"([^\"<>]*)\"|'([^'<>]*)')", re.IGNORECASE)
_BODY_END = re.compile(r"</body>\s*</html>\s*$", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Links:
    """The numbered links of a version; `urls[n - 1]` is None for a personal one."""

    tokens: Tokens
    secrets: frozenset[str]
    nodes: list[Node]  # of the whole document, for the names that come to hold a secret
    finding: Finding  # whose place to use for a static link that leads nowhere
    urls: list[str | None] = field(default_factory=list)
    text_forms: dict[str, str] = field(default_factory=dict)  # token → its Liquid in the text
    addresses: dict[str, str] = field(default_factory=dict)  # token → the address as people write it
    _numbers: dict[str, int] = field(default_factory=dict)
    _words: dict[str, str] = field(default_factory=dict)

    def word_for(self, address: str) -> str:
        """The token that stands for an address, as it stands in the HTML, from here on."""
        if address not in self._words:
            in_html, in_text = self._liquid_for(address.strip())
            lifted = Lifted(text=in_html, finding=self.finding, is_liquid=True)
            self._words[address] = word = self.tokens.add(lifted)
            self.text_forms[word] = in_text
            self.addresses[word] = html.unescape(address)
        return self._words[address]

    def _liquid_for(self, address: str) -> tuple[str, str]:
        liquid = self.tokens.put_back(address)
        plain = html.unescape(address)
        if plain == self.tokens.put_back(plain):  # no Liquid in it
            return self._static(address, plain)
        as_text = self.tokens.put_back(plain)
        if UNCOUNTED.match(plain) or self._is_kept(liquid):
            return liquid, as_text
        number = self._number(liquid, None)
        return write_personal(number, liquid), write_personal(number, as_text)

    def _static(self, address: str, plain: str) -> tuple[str, str]:
        if UNCOUNTED.match(plain):
            return address, plain
        if not COUNTED.match(plain) or re.search(r"\s", plain):
            reason = f"a link leads to `{plain}`: give a full https:// address"
            place = self.finding
            raise SourceFault(Finding(file=place.file, line=place.line, reason=reason))
        number = self._number(plain, plain)
        return write_click(number, address), write_click(number, plain)

    def _is_kept(self, liquid: str) -> bool:
        read = readings(parse(liquid, is_html=True).nodes)
        tainted = tainted_names(self.nodes, self.secrets | OWN_ADDRESSES)
        return any(may_read(one, self.secrets | OWN_ADDRESSES, tainted) for one in read)

    def _number(self, key: str, url: str | None) -> int:
        if key not in self._numbers:
            self.urls.append(url)
            self._numbers[key] = len(self.urls)
        return self._numbers[key]


def number_links(document: str, links: Links) -> str:
    """The HTML, tokens still in it, with a token for each address. Raises SourceFault."""

    def replaced(found: re.Match[str]) -> str:
        address = found.group(2) if found.group(3) is None else found.group(3)
        return f'{found.group(1)}"{links.word_for(address)}"'

    return _HREF.sub(replaced, document)


def add_pixel(document: str, tokens: Tokens, finding: Finding) -> str:
    """The HTML with the place of the open pixel just before the body's end."""
    word = tokens.add(Lifted(text=PIXEL_TAG, finding=finding, is_liquid=True))
    return _BODY_END.sub(lambda end: f"{word}{end.group()}", document)
