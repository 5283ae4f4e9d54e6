"""What the contract suites use beside the general fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.listener import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A place to which webhooks can be sent, to be looked at."""
    found = Listener()
    yield found
    found.close()
