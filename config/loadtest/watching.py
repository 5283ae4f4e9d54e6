"""Who looks on while mail leaves? Somebody with the overview, the reports, the log and a campaign's report open."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from config.loadtest.options import Failed

#: How often an open page asks anew.
EVERY_SECONDS = 2.0


def visitor() -> Client:
    """A browser of somebody who may see everything."""
    user, _made = get_user_model().objects.get_or_create(
        username="loadtest", defaults={"is_staff": True, "is_superuser": True}
    )
    browser = Client()
    browser.force_login(user)
    return browser


def ask(browser: Client, address: str) -> float:
    """How many seconds a page took. Raises Failed where it cannot be shown."""
    started = time.perf_counter()
    if browser.get(address).status_code != 200:
        raise Failed(f"{address} cannot be shown")
    return time.perf_counter() - started


@contextmanager
def watching(addresses: Sequence[str]) -> Iterator[list[float]]:
    """Ask for the pages again and again meanwhile; what each took is noted in the list. Without pages nobody looks."""
    seconds: list[float] = []
    faults: list[Failed] = []
    is_over = threading.Event()
    thread = threading.Thread(target=_look_on, args=(addresses, seconds, faults, is_over), daemon=True)
    thread.start()
    try:
        yield seconds
    finally:
        is_over.set()
        thread.join(timeout=60)
    if faults:
        raise faults[0]


def _look_on(addresses: Sequence[str], seconds: list[float], faults: list[Failed], is_over: threading.Event) -> None:
    try:
        browser = visitor()
        while addresses and not is_over.is_set():
            seconds += [ask(browser, one) for one in addresses]
            is_over.wait(EVERY_SECONDS)
    except Failed as fault:
        faults.append(fault)
    finally:
        connection.close()
