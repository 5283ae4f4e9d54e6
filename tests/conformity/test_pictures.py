"""Can the comparison of pictures fail?"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.conformity.pictures import share_that_differs


def drawn(*, size: tuple[int, int] = (100, 50), dark: int = 0) -> bytes:
    """A white picture with so many dark columns."""
    image = Image.new("RGB", size, "white")
    image.paste((0, 0, 90), (0, 0, dark, size[1]))
    raw = BytesIO()
    image.save(raw, "PNG")
    return raw.getvalue()


def test_equal_pictures_do_not_differ() -> None:
    assert share_that_differs(drawn(dark=10), drawn(dark=10)) == 0


def test_a_moved_edge_is_its_share() -> None:
    assert share_that_differs(drawn(dark=10), drawn(dark=13)) == 0.03


def test_what_only_one_of_them_has_differs() -> None:
    assert share_that_differs(drawn(), drawn(size=(100, 100))) == 0.5
