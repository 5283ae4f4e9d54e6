"""To which family do a mailbox, a mail program and a time zone belong? Small tables, pure."""

from __future__ import annotations

from functools import cache

from babel.core import get_global

#: Mailbox providers by the domains that everybody gets from them; a company's own domain is "other".
MAILBOXES: dict[str, tuple[str, ...]] = {
    "gmail": ("gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.de", "live.de",
                  "hotmail.co.uk", "live.co.uk", "outlook.fr", "hotmail.fr", "live.fr", "outlook.es", "hotmail.es",
                  "hotmail.it"),
    "yahoo": ("yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "yahoo.es",
              "yahoo.it", "yahoo.co.jp", "aol.de"),
    "apple": ("icloud.com", "me.com", "mac.com"),
    "gmx": ("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de"),
    "telekom": ("t-online.de", "magenta.de"),
    "orange": ("orange.fr", "wanadoo.fr"),
    "free": ("free.fr",),
    "proton": ("proton.me", "protonmail.com", "pm.me"),
    "yandex": ("yandex.ru", "ya.ru", "yandex.com"),
    "mail.ru": ("mail.ru", "bk.ru", "list.ru", "inbox.ru"),
    "qq": ("qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com"),
}  # fmt: skip
MAILBOX_NAMES = {
    "gmail": "Gmail", "microsoft": "Outlook, Hotmail", "yahoo": "Yahoo, AOL", "apple": "iCloud", "gmx": "GMX, WEB.DE",
    "telekom": "T-Online", "orange": "Orange", "free": "Free", "proton": "Proton", "yandex": "Yandex",
    "mail.ru": "Mail.ru", "qq": "QQ", "netease": "NetEase", "other": "Other", "": "Unknown",
}  # fmt: skip

#: Device families by what a user agent says; the first that fits. A regular expression of PostgreSQL's.
DEVICES: tuple[tuple[str, str], ...] = (
    ("webmail", "googleimageproxy|yahoomailproxy|outlook-web|owa/"),
    ("tablet", "ipad|tablet|kindle|silk/|android(?!.*mobile)"),
    ("phone", "iphone|ipod|android|mobile|windows phone"),
    ("desktop", "windows|macintosh|x11|linux|thunderbird|outlook|apple mail"),
)
DEVICE_NAMES = {"webmail": "Webmail", "tablet": "Tablet", "phone": "Phone", "desktop": "Computer", "": "Unknown"}


def domains() -> tuple[list[str], list[str]]:
    """Domains and their mailbox providers, as two columns."""
    pairs = [(domain, name) for name, listed in MAILBOXES.items() for domain in listed]
    return [domain for domain, _ in pairs], [name for _, name in pairs]


@cache
def zones() -> tuple[list[str], list[str]]:
    """Time zones and their countries (ISO 3166), as two columns."""
    found = {str(zone): str(country) for zone, country in get_global("zone_territories").items() if len(country) == 2}
    return list(found), list(found.values())


def device_expression(agent: str) -> str:
    """SQL that gives the family of the user agent in `agent`, an SQL expression."""
    cases = " ".join(f"WHEN {agent} ~* '{pattern}' THEN '{family}'" for family, pattern in DEVICES)
    return f"CASE {cases} ELSE '' END"
