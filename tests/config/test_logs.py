from __future__ import annotations

import logging
import sys

import pytest

from config.logs import LineFormatter, mask_addresses


def _format(message: str, *args: object, exc_info: object = None) -> str:
    record = logging.LogRecord("postrider.test", logging.WARNING, __file__, 1, message, args, exc_info)  # type: ignore[arg-type]
    return LineFormatter().format(record)


def test_a_line_says_when_how_bad_who_and_what() -> None:
    assert _format("message %s sent", 7).endswith(" WARNING postrider.test: message 7 sent")


@pytest.mark.parametrize(
    "text", ["to ada@example.com!", "<ben.o'neil+x@mail.example.co.uk>", "x='cleo@bücher.example'"]
)
def test_addresses_are_masked(text: str) -> None:
    assert "@" not in mask_addresses(text)


def test_addresses_in_tracebacks_are_masked() -> None:
    try:
        raise ValueError("ada@example.com refused")
    except ValueError:
        text = _format("sending failed", exc_info=sys.exc_info())
    assert "ValueError: <address> refused" in text


def test_a_value_cannot_forge_a_line() -> None:
    assert "\n" not in _format("name %s", "x\n12:00:00 ERROR forged")
