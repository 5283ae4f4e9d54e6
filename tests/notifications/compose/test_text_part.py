from __future__ import annotations

import pytest

from tests.notifications.compose.making import Mail, section, text, version


def derived(body: str, **variables: object) -> str:
    return Mail(version(body, is_tracked=False), **variables).text


@pytest.mark.parametrize(("html", "expected"), [
    ("<h1>Title</h1><p>One<br>two</p>", "Title\n\nOne\ntwo\n"),
    ("<p>a   b\n c</p>", "a b c\n"),
    ("<ul><li>a</li><li>b <b>c</b></li></ul>d", "- a\n- b c\n\nd\n"),
    ("<a href='https://a.example'>label</a>.", "label (https://a.example).\n"),
    ("<a href='https://a.example'>https://a.example</a>", "https://a.example\n"),
    ("a &amp; b &lt;c&gt;&nbsp;d", "a & b <c> d\n"),
    ("<img src='https://i.example' alt='A picture'>", "A picture\n"),
    ("<p style='display:none'>hidden</p>shown", "shown\n"),
    ("a<hr>b", "a\n--------------------\n\nb\n"),
])  # fmt: skip
def test_html_reads_well_as_text(html, expected):
    assert derived(text(html)).replace(" (https://a.example/)", "") == expected


def test_a_table_of_values_is_lines():
    assert derived(section("<mj-table><tr><th>a</th><td>b</td></tr><tr><td>c</td><td>d</td></tr></mj-table>")) == (
        "a  b\nc  d\n"
    )


def test_a_block_that_shows_nothing_leaves_no_gap():
    body = text("a") + "{% if x %}" + text("b") + "{% endif %}" + text("c")
    assert derived(body, x=False) == "a\n\nc\n"
    assert derived(body, x=True) == "a\n\nb\n\nc\n"


def test_white_space_control_eats_no_line_of_the_text():
    body = text("<p>a</p>{%- for i in n -%}<p>{{- i -}}</p>{%- endfor -%}<p>x {{- 1 -}} y</p>")
    assert derived(body, n=[1, 2]) == "a\n\n1\n\n2\n\nx1y\n"


def test_text_written_by_hand_wins():
    assert Mail(version(text("html"), text="By {{ a }} <hand>\n"), a="&").text == "By & <hand>\n"


def test_escaping_filters_leave_text_alone():
    mail = Mail(version(text("{{ a | escape }}")), a="<")
    assert mail.text == "<\n"
    assert "&lt;" in mail.html
