from __future__ import annotations

import pytest

from notifications.compose.findings import SourceFault
from tests.notifications.compose.making import read, text, write_template

BODY = text("Hi")


def test_a_template_is_read_with_all_its_fields(tmp_path):
    path = write_template(
        tmp_path, "welcome.mjml", "---", "subject: 'Hi: you'", "preheader: Soon", "defaults:",
        "  contact.first_name: there", "  payload.minutes: 30", "---", BODY,
    )  # fmt: skip
    source = read(path)
    assert (source.subject.text, source.preheader.text, source.layout_name) == ("Hi: you", "Soon", "base")
    assert source.defaults == {"contact.first_name": "there", "payload.minutes": 30}
    assert source.body.finding(0, "").line == 8


def test_a_text_file_written_by_hand_is_taken(tmp_path):
    write_template(tmp_path, "welcome.txt", "By hand")
    path = write_template(tmp_path, "welcome.mjml", "---", "subject: Hi", "text: welcome.txt", "---", BODY)
    written = read(path).text
    assert written is not None
    assert written.text == "By hand"


def test_windows_line_ends_become_line_feeds(tmp_path):
    path = tmp_path / "welcome.mjml"
    path.write_bytes(b"---\r\nsubject: Hi\r\n---\r\n<mj-section/>\r\n")
    assert "\r" not in read(path).body.text


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["subject: Hi"], "welcome.mjml:1: expected front matter"),
        (["---", "subject: Hi"], "welcome.mjml:1: the front matter is not closed"),
        (["---", "preheader: Hi", "---"], "welcome.mjml:1: the front matter needs a `subject`"),
        (["---", "subjct: Hi", "---"], "welcome.mjml:2: unknown front-matter key `subjct`; did you mean `subject`?"),
        (["---", "subject: a", "subject: b", "---"], "welcome.mjml:3: front-matter key `subject` is there twice"),
        (["---", "subject: a", "no colon", "---"], "welcome.mjml:3: expected `key: value`"),
        (["---", "subject: a", "layout: bse", "---"], "welcome.mjml:3: unknown layout `bse`; known are base"),
        (["---", "subject: a", "layout: ../base", "---"], "welcome.mjml:3: unknown layout"),
        (["---", "subject: a", "text: ../x.txt", "---"], "welcome.mjml:3: no text file"),
        (["---", "subject: a", "  contact.x: 1", "---"], "welcome.mjml:3: only the lines under `defaults:`"),
        (["---", "subject: a", "defaults:", "  a b: 1", "---"], "welcome.mjml:4: `a b` is no variable"),
        (["---", "subject: a", "defaults:", "  a: 1", "  a: 2", "---"], "welcome.mjml:5: default `a` is there twice"),
        (["---", "subject: a\x07", "---"], "welcome.mjml:2: a control character"),
        (["x" * 262_145], "welcome.mjml:1: larger than 256 KB"),
    ],
)
def test_a_fault_names_file_line_and_reason(tmp_path, lines, expected):
    with pytest.raises(SourceFault) as raised:
        read(write_template(tmp_path, "welcome.mjml", *lines))
    assert str(raised.value).startswith(expected)


def test_a_file_name_is_a_slug(tmp_path):
    with pytest.raises(SourceFault, match="lower-case-words"):
        read(write_template(tmp_path, "My Mail.mjml", "---", "subject: a", "---"))
