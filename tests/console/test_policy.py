"""What may pages load and run?"""

from __future__ import annotations

import pytest
from django.test import Client


def policy(client: Client, path: str) -> dict[str, str]:
    """The directives of a page's policy."""
    header = client.get(path).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("path", ["/", "/messages/", "/notifications/provider/"])
def test_staff_pages_run_our_own_files_only(boss: Client, path: str) -> None:
    found = policy(boss, path)
    assert found["script-src"] == "'self' 'unsafe-eval'"  # Unfold's Alpine evaluates its attributes
    assert found["frame-src"] == "'none'"
    assert "<script>" not in boss.get(path).content.decode()


@pytest.mark.parametrize(
    "path", ["/u/nonsense", "/p/nonsense", "/s/nonsense", "/confirm/nonsense", "/c/nonsense/1", "/healthz"]
)
@pytest.mark.django_db
def test_peoples_pages_run_nothing(visitor: Client, path: str) -> None:
    found = policy(visitor, path)
    assert found["script-src"] == "'none'"
    assert found["default-src"] == "'self'"
