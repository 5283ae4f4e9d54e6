from __future__ import annotations

import pytest

from notifications.compose.compilation import compile_source
from tests.notifications.compose import making
from tests.notifications.compose.making import LAYOUT, faults, section, text

# The body begins on line 5 of its file.
FAULTS = [
    (section("\n<mj-txt>a</mj-txt>"), "6: unknown MJML tag <mj-txt>; did you mean <mj-text>?"),
    (section("<mj-text>\n<b>a</mj-text>"), "6: <b> is never closed"),
    ("<mj-section>\n<mj-column>", "5: <mj-section> is never closed"),
    (section("</mj-text>"), "5: </mj-text> without its opening tag"),
    (text("a") + "\n<mj-include path='/etc/passwd' />", "6: mj-include is not allowed: use a layout"),
    (section("<mj-preview>a</mj-preview>"), "5: the front matter's `preheader` makes the mj-preview"),
    ("<mj-text>a</mj-text>", "5: <mj-text> cannot stand inside <mj-body>"),
    (section("a"), "5: text directly inside <mj-column> is lost: put it into <mj-text>"),
    (section("{{ a }}"), "5: text directly inside <mj-column> is lost: put it into <mj-text>"),
    (section("<p>a</p>"), "5: <p> is lost there: put it into <mj-text> or <mj-raw>"),
    (section("<mj-text colour='red'>a</mj-text>"), "5: <mj-text> has no attribute `colour`; did you mean `color`?"),
    (section("<mj-text align='centre'>a</mj-text>"), "5: `align` of <mj-text> cannot be `centre`"),
    (section("<mj-text font-size='big'>a</mj-text>"), "5: `font-size` of <mj-text> cannot be `big`"),
    (section("<mj-text font-size='{{ a }}'>a</mj-text>"), "5: Liquid in `font-size` would be lost"),
    (section("<mj-image src='a' width='{{ a }}px' />"), "5: Liquid in `width` would be lost"),
    (section("<mj-divider border-width='{{ a }}' />"), "5: Liquid in `border-width` would be lost"),
    (section("<mj-image alt='a' />"), "5: <mj-image> needs the attribute `src`"),
    ("<mj-hero><mj-text>a</mj-text></mj-hero>", "5: <mj-hero> needs the attribute `background-url`"),
    (section("<mj-text color='a' color='b'>a</mj-text>"), "5: `color` is there twice"),
    (section("<mj-text {{ a }}>a</mj-text>"), "5: Liquid may stand inside an attribute's value"),
    (section("<mj-text color='red>a</mj-text>"), "5: malformed tag <mj-text>"),
    (text("<script>a</script>"), "5: <script> has no place in a mail"),
    (text("<a href='https://a.example' onclick='x()'>a</a>"), "5: `onclick` has no place in a mail"),
    (text("<!-- never"), "5: only conditional comments"),
    (text("<a href='/cart'>a</a>"), "5: a link leads to `/cart`: give a full https:// address"),
    (text("<a href='javascript:alert(1)'>a</a>"), "5: a link leads to `javascript:alert(1)`"),
    (text("{% if a %}b"), "5: {% if %} is never closed"),
    (text("a\n{% endif %}"), "6: {% endif %} without its opening tag"),
    (text("{% if a %}{% endfor %}"), "5: {% endfor %} inside the {% if %} of line 5"),
    (text("{% break %}"), "5: {% break %} outside a loop"),
    (text("a {{ b"), "5: `{{` is never closed"),
    (text("\n{{ a | shout }}"), "6: Liquid: unknown filter 'shout'"),
    (text("{% include 'b' %}"), "5: Liquid: unexpected tag 'include'"),
    (text("{% render 'b' %}"), "5: Liquid: unexpected tag 'render'"),
    (text("{% __click 1 https://evil.example %}"), "5: Liquid: unexpected tag '__click'"),
    (text("{% if %}a{% endif %}"), "5: Liquid: missing expression"),
    (text("<p>{% if a %}</p><p>{% endif %}</p>"), "5: {% if %} must close inside the element it was opened in"),
    (section("<mj-carousel>{% if a %}{% endif %}</mj-carousel>"), "5: a Liquid tag cannot stand directly inside"),
    (text("<p>{% if a %}<ul><li>b</li></ul>{% endif %}</p>"), "5: this block crosses an element after compiling"),
    ('<mj-slot name="body" />', "5: <mj-slot> belongs into a layout"),
]  # fmt: skip


INLINING = LAYOUT.replace("</mj-head>", '<mj-style inline="inline">p { margin: 0 }</mj-style></mj-head>')


@pytest.mark.parametrize(("body", "expected"), FAULTS)
def test_a_fault_has_its_line_and_reason(body, expected):
    assert any(fault.startswith(expected) for fault in faults(body, layout=INLINING)), faults(body)


def test_all_faults_are_told_at_once():
    assert len(faults(section("<mj-txt>a</mj-txt>\n<mj-image />"))) == 2


def test_a_layout_needs_one_slot():
    assert faults(text("a"), layout="<mjml><mj-body></mj-body></mjml>") == [
        '1: a layout has one <mj-slot name="body" />'
    ]


def test_comments_are_left_out_and_may_hold_anything():
    assert faults(text("a<!-- {{ broken <b> {% if -->")) == []


def test_too_long_a_mail_is_refused_and_a_long_one_reported():
    assert faults(text("word " * 22_000))[0].startswith("5: 110 KB of HTML")


def test_a_default_that_no_element_uses_may_go():
    head = '<mj-head><mj-attributes><mj-button color="{{ brand.color }}" /></mj-attributes></mj-head>'
    layout = f'<mjml>{head}<mj-body><mj-slot name="body" /></mj-body></mjml>'
    assert "Hello" in compile_source(making.source(text("Hello"), layout=layout)).html
