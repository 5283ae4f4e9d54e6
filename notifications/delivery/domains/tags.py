"""How are the tags of a DKIM key and of a DMARC record read?"""

from __future__ import annotations


def read_tags(record: str) -> dict[str, str]:
    """{"v": "DMARC1", "p": "none"}: names lower case, white space off; what is no tag is left out (RFC 6376 3.2)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
