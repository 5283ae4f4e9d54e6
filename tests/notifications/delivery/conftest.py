"""What may the tests of delivery use beside what all use?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.listener import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody on a port who answers as he is told."""
    found = Listener()
    yield found
    found.close()
