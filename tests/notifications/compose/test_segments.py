"""Are text messages as long as networks count them?"""

from __future__ import annotations

import pytest

from notifications.compose.segments import measure


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("x" * 160, "GSM-7", 160, 1),
        ("x" * 161, "GSM-7", 161, 2),
        ("x" * 306, "GSM-7", 306, 2),
        ("x" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),  # each is an escape and a letter
        ("€" * 81, "GSM-7", 162, 2),
        ("x" * 152 + "€" * 5, "GSM-7", 162, 2),  # the first part ends before a pair that would be split
        ("Grüße", "GSM-7", 5, 1),
        ("ç", "UCS-2", 1, 1),  # only the capital is in the alphabet
        ("я" * 70, "UCS-2", 70, 1),
        ("я" * 71, "UCS-2", 71, 2),
        ("🛵" * 35, "UCS-2", 70, 1),
        ("🛵" * 67, "UCS-2", 134, 3),  # 33 in a part: half a scooter fits nowhere
    ],
)
def test_a_text_is_measured(text: str, encoding: str, units: int, segments: int) -> None:
    found = measure(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)
