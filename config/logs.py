"""What may a log line say? When, how bad, who, what: on one line, with every mail address masked.

Our own code logs ids only. This is the net below it, for what libraries and tracebacks quote.
"""

from __future__ import annotations

import logging
import re

_ADDRESS = re.compile(r"[^\s<>\"'(),:;=\[\]{}]+@[\w.-]+\.\w+")


class LineFormatter(logging.Formatter):
    """`12:30:01 WARNING postrider.queues: doorbell …`, then the traceback if there is one."""

    default_msec_format = ""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", datefmt="%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return mask_addresses(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        # A line break inside a value could forge a second log line.
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


def mask_addresses(text: str) -> str:
    """`text` with everything that looks like a mail address replaced by `<address>`."""
    return _ADDRESS.sub("<address>", text)
