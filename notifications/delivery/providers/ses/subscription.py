"""How is a subscription to an SNS topic confirmed? By loading the address in its message, if it is Amazon's.

https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
"""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

import requests
from django.conf import settings

logger = logging.getLogger("postrider.webhooks")

_AMAZON = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")
_SECONDS = (3, 5)


def confirm(url: str, *, is_simulated: bool) -> None:
    """Confirm a subscription. Raises ValueError for an address that is not Amazon's, or that does not answer.

    The message was authenticated before, but an address in it is never called for that alone.
    """
    if not may_call(url, is_simulated=is_simulated):
        raise ValueError("the subscription's address is not one of Amazon SNS")
    with requests.Session() as session:
        session.trust_env = not is_simulated  # no proxy stands between us and ourselves
        try:
            answer = session.get(url, timeout=_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise ValueError("the subscription could not be confirmed") from error
    if answer.status_code != 200:
        raise ValueError(f"the subscription was not confirmed: {answer.status_code}")
    logger.info("subscription to an SNS topic confirmed")


def may_call(url: str, *, is_simulated: bool) -> bool:
    """Whether this is an https address of SNS, or for a simulated account one of the simulator's."""
    try:
        parts, own = urlsplit(url), urlsplit(settings.POSTRIDER_SIMULATOR_URL)
        port = parts.port
    except ValueError:
        return False
    if is_simulated:
        return (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    is_plain = parts.username is None and parts.password is None and port in {None, 443}
    return is_plain and parts.scheme == "https" and _AMAZON.fullmatch(parts.hostname or "") is not None
