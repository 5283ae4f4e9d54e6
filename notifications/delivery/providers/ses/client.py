"""How is SES reached? By boto3, with connections kept between calls, and without its retries."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from anymail.backends.amazon_ses import EmailBackend
from anymail.exceptions import AnymailAPIError
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from notifications.delivery.providers.api import IDLE_SECONDS, Envelope
from notifications.delivery.providers.base import digest_options
from notifications.delivery.providers.kept import Kept

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NotSetUp(Exception):
    """The account cannot be used as it is set up; nothing was sent. The message says what is wrong."""


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend, whose clients are made from one session: reading its models takes most of the time."""

    client: Any

    def open(self) -> bool:
        """See Anymail."""
        if self.client:
            return False
        with _lock:  # clients may be shared by threads, sessions may not
            self.client = _session().client("sesv2", **self.client_params)
        return True


_kept: Kept[Backend] = Kept(idle_seconds=IDLE_SECONDS, close=lambda backend: backend.close())
_lock = threading.Lock()


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


def hand_over(account: int, options: dict[str, Any], message: Envelope) -> None:
    """Send through a kept client. One on which something broke is closed; a whole answer broke nothing.

    Raises NotSetUp, and what Anymail raises.
    """
    key = account, digest_options(options)
    backend = _kept.take(key, lambda: make_backend(options))
    is_sound = False
    try:
        backend.send_messages([message])
        is_sound = True
    except AnymailAPIError as error:
        is_sound = error.response is not None
        raise
    finally:
        if is_sound:
            _kept.give_back(key, backend)
        else:
            backend.close()


def make_backend(options: dict[str, Any]) -> Backend:
    """A backend with a client of its own; the caller closes it. Raises NotSetUp.

    `options`: access_key_id, secret_access_key, region, connect_seconds, read_seconds; if wanted endpoint_url and
    configuration_set.
    """
    try:
        backend = Backend(
            configuration_set_name=options.get("configuration_set") or None, client_params=_parameters(options)
        )
        backend.open()
    except KeyError as missing:
        raise NotSetUp(f"the account has no {missing}") from None
    except (BotoCoreError, ValueError) as error:
        raise NotSetUp(str(error)) from error
    return backend


def _parameters(options: dict[str, Any]) -> dict[str, Any]:
    endpoint = options.get("endpoint_url")
    return {
        "aws_access_key_id": options["access_key_id"],
        "aws_secret_access_key": options["secret_access_key"],
        "region_name": options["region"],
        "endpoint_url": endpoint,
        "config": _config(options, is_local=urlsplit(endpoint or "").hostname in _LOOPBACK),
    }


def _config(options: dict[str, Any], *, is_local: bool) -> Config:
    return Config(
        connect_timeout=options["connect_seconds"],
        read_timeout=options["read_seconds"],
        retries={"total_max_attempts": 1, "mode": "standard"},  # a retry after a lost answer sends the mail twice
        ignore_configured_endpoint_urls=True,  # the environment does not decide where mail goes
        **({"proxies": {}} if is_local else {}),  # no proxy stands between us and ourselves
    )
