"""Is what nobody can compile refused in words that a marketer understands, at its line?"""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from notifications.compose.findings import SourceFault
from tests.notifications.compose.making import faults, read, section, text

HEAD = b"---\nsubject: Hi\n---\n"
FILES = [
    (HEAD + b"a\n\xff\xfe", "5: not UTF-8: the byte 0xff is no letter here; save the file as UTF-8"),
    (HEAD + "Grüße".encode("latin-1"), "4: not UTF-8: the byte 0xfc"),
    (HEAD + b"\xed\xa0\x80", "4: not UTF-8"),  # half of a pair of UTF-16
    (HEAD + b"\xc0\xaf..", "4: not UTF-8"),  # a slash written too long
    (HEAD + "Grüße".encode("utf-16"), "4: not UTF-8"),
    (HEAD + b"a\r\nb\r\nc\xf0", "6: not UTF-8"),
    (HEAD + b"a\n\x00", "5: a control character"),
    (HEAD + b"x" * 2_000_000, "1: larger than 256 KB, the most that a template may have"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 100, "1: not UTF-8"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "1: expected front matter"),
    (b"", "1: expected front matter"),
]  # fmt: skip
BODIES = [
    (section("<mj-text>\n<mj-button>"), "6: <mj-button> is never closed"),
    ("<mj-section>\n<mj-column>\n<mj-text>Hi</mj-column></mj-section>", "7: <mj-text> is never closed"),
    (section("\n\n<mj-boton>x</mj-boton>"), "7: unknown MJML tag <mj-boton>; did you mean <mj-button>?"),
    (section("<mj-video src='x' />"), "5: unknown MJML tag <mj-video>"),
    ("<mj-include path='../../settings.py' />", "5: mj-include is not allowed: use a layout"),
    ("\n<MJ-INCLUDE path='x' />", "6: mj-include is not allowed: use a layout"),
    (text("a\n<mj-include path='x' />"), "6: mj-include is not allowed: use a layout"),
    (section("<mj-raw>\n<mj-include path='x' /></mj-raw>"), "6: mj-include is not allowed: use a layout"),
    ("<mjml><mj-body></mj-body></mjml>", "5: <mjml> cannot stand inside <mj-body>"),
    (text("x" * 2_000_000), "5: larger than 256 KB, the most that a template may have"),
    ("<div>" * 200, "5: <div> is lost there: put it into <mj-text> or <mj-raw>"),
    (text("<b>" * 200), "5: nested too deeply"),
    (text("<form action='https://a.example'><input name='card' /></form>"), "5: <form> has no place in a mail"),
    (section("<mj-image src='https://a.example/a.png' width='wide' />"), "5: `width` of <mj-image> cannot be `wide`"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), FILES)
def test_a_file_that_is_no_template_is_refused_at_its_line(tmp_path: Path, raw: bytes, expected: str) -> None:
    path = tmp_path / "welcome.mjml"
    path.write_bytes(raw)
    with pytest.raises(SourceFault) as raised:
        read(path)
    assert str(raised.value).startswith(f"welcome.mjml:{expected}")


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=range(len(BODIES)))
def test_mjml_that_is_none_is_refused_at_its_line_and_soon(body: str, expected: str) -> None:
    started = process_time()
    found = faults(body)
    assert any(fault.startswith(expected) for fault in found), found[:3]
    assert process_time() - started < 3
