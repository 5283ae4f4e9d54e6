"""What does a sign-up form carry, and what the link in its mail? Signed, so that no cookie is needed.

A form says which wording was shown and when; a form put into somebody's site cannot know when. The link names the
sign-up only: no address is in it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings

from config import tokens
from config.tokens import BadToken

_FORM, _CONFIRM = "sign-up form", "confirm sign-up"
_SHOWN = struct.Struct(">QQQ")

#: Nobody reads and fills in a form faster.
QUICKEST = timedelta(seconds=2)
#: A page left open for longer is shown again, with what was typed.
FRESH_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a form's token says; `at` is None where it stands in somebody's site."""

    form_id: int
    wording_id: int
    at: datetime | None


def sign_form(shown: Shown) -> str:
    """The token of a form as it is shown now."""
    seconds = int(shown.at.timestamp()) if shown.at else 0
    return tokens.sign(_FORM, _SHOWN.pack(shown.form_id, shown.wording_id, seconds))


def read_form(token: str) -> Shown:
    """What was shown; raises BadToken."""
    payload = tokens.read(_FORM, token)
    if len(payload) != _SHOWN.size:
        raise BadToken
    form_id, wording_id, seconds = _SHOWN.unpack(payload)
    at = datetime.fromtimestamp(seconds, UTC) if seconds else None
    return Shown(form_id=form_id, wording_id=wording_id, at=at)


def is_plausible(shown: Shown, *, at: datetime) -> bool:
    """Whether somebody may have taken just as long as they did; of forms elsewhere nobody knows."""
    # The token counts whole seconds, so one that is just made seems up to a second older than it is.
    return shown.at is None or QUICKEST <= at - shown.at <= FRESH_FOR


def confirm_url(sign_up_id: UUID) -> str:
    """The link in the confirmation mail."""
    return f"{settings.POSTRIDER_PUBLIC_URL}/confirm/{tokens.sign(_CONFIRM, sign_up_id.bytes)}"


def read_confirm(token: str) -> UUID:
    """Which sign-up is meant; raises BadToken."""
    payload = tokens.read(_CONFIRM, token)
    if len(payload) != 16:
        raise BadToken
    return UUID(bytes=payload)
