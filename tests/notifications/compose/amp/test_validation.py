"""Is an AMP part refused that mail programs would drop, with its line and what to do?"""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from notifications.compose.amp.validation import find_faults
from notifications.compose.compilation import compile_source
from notifications.compose.findings import SourceFault
from notifications.compose.loading import load
from notifications.compose.render import join, render
from notifications.compose.source import TemplateSource
from tests.notifications.compose.amp.documents import BOILERPLATE, RUNTIME, component, document, piece
from tests.notifications.compose.making import VERSION_ID, source, text
from tests.notifications.compose.payloads import XSS

pytestmark = pytest.mark.req("T4")

MUSTACHE = component("amp-mustache", kind="custom-template")
GOOD = {
    "words": document("<p>Hello {{ contact.first_name }}</p>"),
    "picture": document(
        '<amp-img src="https://shop.example/{{ contact.city }}.png" alt="{{ contact.city }}" width="2" height="1">'
        "</amp-img>"
    ),
    "condition": document('{% if contact.city %}<p class="a">{{ contact.city }}</p>{% else %}<p>x</p>{% endif %}'),
    "loop": document("<ul>{% for item in payload.items limit: 3 %}<li>{{ item.name }}</li>{% endfor %}</ul>"),
    "carousel": document(
        '<amp-carousel width="400" height="300" layout="responsive" type="slides"><p>1</p><p>2</p></amp-carousel>',
        head=component("amp-carousel"),
    ),
    "accordion": document(
        "<amp-accordion><section expanded><h2>A</h2><p>B</p></section></amp-accordion>", head=component("amp-accordion")
    ),
    "form": document(
        '<form method="post" action-xhr="https://shop.example/answer"><input name="a" required>'
        '<input type="hidden" name="who" value="{{ contact.email }}"><button>Send</button>'
        '<div submit-success><template type="amp-mustache">Hi {% raw %}{{ name }}{% endraw %}</template></div></form>',
        head=component("amp-form") + MUSTACHE,
    ),
    "bind": document(
        '<amp-state id="s"><script type="application/json">{"open": false}</script></amp-state>'
        '<button on="tap:AMP.setState({s: {open: true}})">Open</button><p [hidden]="!s.open" hidden>x</p>',
        head=component("amp-bind"),
    ),
    "styles": document('<p class="a" style="color:red">x</p>', head="<style amp-custom>.a{color:#fff}</style>"),
    "leave": document('<a href="{{ unsubscribe_url }}" target="_blank">x</a> <a href="{{preferences_url}}">Choose</a>'),
    "entities": document("<p>1 &lt; 2 &amp; &copy; Grüße 😀<br>x</p>"),
}  # fmt: skip

BAD = [
    ("<p>x", "<p> is never closed", 9),
    ("<p>x</div></p>", "</div> closes nothing", 9),
    ("\n<div><p>x</div>", "<p> is never closed", 10),
    ("<div/>x", "<div/> does not close itself", 9),
    ('<img src="https://x.example/a.png">', "write <amp-img>", 9),
    ("<script>alert(1)</script>", "a script of one's own", 9),
    ('<script type="application/json">{}</script>', "a script of one's own", 9),
    ('<script async src="https://evil.example/x.js"></script>', "<script> belongs into <head>", 9),
    ("<iframe></iframe>", "nothing can be embedded", 9),
    ("<svg></svg>", "<svg> is not allowed", 9),
    ("<object></object><embed>", "<object> is not allowed", 9),
    ('<a href="http://shop.example">x</a>', "begins with https://", 9),
    ('<a href="javascript:alert(1)">x</a>', "begins with https://", 9),
    ('<a href=" javascript:alert(1)">x</a>', "begins with https://", 9),
    ('<a href="https://x.example" onclick="x">x</a>', "`onclick` is not allowed", 9),
    ('<a href="https://x.example" target="_top">x</a>', 'opens in target="_blank"', 9),
    ('<a href="https://x.example" href="https://y.example">x</a>', "`href` stands twice", 9),
    ('<p weird="1">x</p>', "<p> takes no `weird`", 9),
    ('<amp-img src="https://x.example/a.png" alt=""></amp-img>', "needs width and height", 9),
    ('<amp-img src="https://x.example/a.png" width="1" height="1"></amp-img>', "say in alt", 9),
    ('<amp-img src="data:image/png;base64,x" alt="" width="1" height="1"></amp-img>', "begins with https://", 9),
    ('<amp-carousel width="1" height="1"></amp-carousel>', "<amp-carousel> needs <script async", 9),
    ('<amp-video src="https://x.example"></amp-video>', "<amp-video> is not allowed", 9),
    ('<form action="https://x.example" method="post"></form>', "<form> takes no `action`", 9),
    ("<form></form>", 'a <form> has method="post"', 9),
    ('<input type="password">', 'type="password"', 9),
    ('<p style="color:red !important">x</p>', "`!important` is not allowed", 9),
    ('<p style="background:url(http://x.example/a.png)">x</p>', "a picture in a style begins with https://", 9),
    ("<style>p{}</style>", "<style> belongs into <head>", 9),
    ('<a [href]="x" href="https://x.example">x</a>', "`[href]` is not allowed", 9),
    ('<button on="tap:AMP.navigateTo(url=1)">x</button>', "the action `AMP.navigateTo` is not allowed", 9),
    ("<template type=\"amp-mustache\"><template type=\"amp-mustache\"></template></template>", "a <template> in a", 9),
    ("<?php echo 1 ?>", "has no place in a mail", 9),
    ("<!--[if mso]>x<![endif]-->", "conditional comments", 9),
    # Liquid
    ("{{ contact.first_name", "`{{` is never closed", 9),
    ("{% if a %}x", "{% if %} is never closed", 9),
    ("{% if a %}<div>{% endif %}</div>", "begins in one element and ends in another", 9),
    ("<div>{% if a %}</div>{% endif %}", "begins in one element and ends in another", 9),
    ('<p class="{% if a %}x">{% endif %}</p>', "begins in one element and ends in another", 9),
    ("<p {{ contact.first_name }}>x</p>", "Liquid stands among the attributes", 9),
    ('<p {% if a %}class="x"{% endif %}>x</p>', "Liquid stands among the attributes", 9),
    ("<!-- {{ contact.first_name }} -->", "Liquid in an HTML comment", 9),
    ('<a href="{{ payload.url }}">x</a>', "begin with https://", 9),
    ('<a href="{{ contact.x }}{{ unsubscribe_url }}">x</a>', "begin with https://", 9),
    ('<amp-img src="https://{{ payload.host }}/a.png" alt="" width="1" height="1"></amp-img>', "which host", 9),
    ('<button on="tap:{{ contact.first_name }}">x</button>', "no place in `on`", 9),
    ('<p [text]="\'{{ contact.first_name }}\'">x</p>', "no place in `[text]`", 9),
    ('<p style="color:{{ contact.first_name }}">x</p>', "no place in `style`", 9),
    ("<template type=\"amp-mustache\">{{ contact.first_name }}</template>", "AMP reads as Mustache", 9),
    ('<amp-state id="s"><script type="application/json">"{{ contact.first_name }}"</script></amp-state>', "as JSON", 9),
    ("{% capture x %}<b>{% endcapture %}{{ x }}</b>", "{% capture %} is not allowed", 9),
    ("{{ '<script>alert(1)</script>' }}", "Liquid writes no tags", 9),
    ("{{ contact.none | default: '<img src=x>' }}", "Liquid writes no tags", 9),
    ("{% include 'x' %}", "Liquid", 9),
    ("{{ x | nonsense }}", "unknown filter", 9),
]  # fmt: skip


def refusals(amp: str) -> list[tuple[int, str]]:
    try:
        compile_source(_with(amp))
    except SourceFault as fault:
        return [(one.line, one.reason) for one in fault.findings]
    return []


def _with(amp: str) -> TemplateSource:
    return replace(source(text("x")), amp=piece(amp))


@pytest.mark.parametrize("name", GOOD)
def test_a_good_one_is_taken(name: str) -> None:
    assert refusals(GOOD[name]) == []


@pytest.mark.parametrize(("body", "reason", "line"), BAD)
def test_a_bad_one_is_refused_with_its_line(body: str, reason: str, line: int) -> None:
    found = refusals(document(body))
    assert [one for one in found if reason in one[1] and one[0] == line], found


@pytest.mark.parametrize(
    ("amp", "reason"),
    [
        ("<p>x</p>", "begins with <!doctype html>"),
        (document("x").replace("<html ⚡4email data-css-strict>", "<html>"), "<html ⚡4email>"),
        (document("x").replace("<html ⚡4email data-css-strict>", "<html ⚡>"), "<html ⚡4email>"),
        (document("x").replace(RUNTIME, ""), "holds <script async"),
        (document("x").replace(RUNTIME, RUNTIME * 2), "holds <script async"),
        (document("x").replace(BOILERPLATE, ""), "amp4email-boilerplate"),
        (document("x").replace("hidden}", "visible}"), "amp4email-boilerplate"),
        (document("x").replace('<meta charset="utf-8">', '<meta charset="latin-1">'), '<meta charset="utf-8">'),
        (document("x", head=component("amp-video")), "no script"),
        (document("x", head='<script async src="https://cdn.ampproject.org.x.example/v0.js"></script>'), "no script"),
        (document("x", head='<script src="https://cdn.ampproject.org/v0/amp-form-0.1.js"></script>'), "is written"),
        (document("x", head="<style amp-custom></style><style amp-custom></style>"), "one <style amp-custom> only"),
        (document("x", head=f"<style amp-custom>{'p{color:red}' * 5000}</style>"), "KB of styles"),
        (document("x", head="<style amp-custom>@import 'x';</style>"), "`@import` is not allowed"),
        (document("x", head='<link rel="stylesheet" href="https://x.example/a.css">'), "<link> is not allowed"),
        (document("x", head='<base href="https://x.example">'), "<base> is not allowed"),
        (document("x" * 110_000), "at most 100 KB"),
    ],
)  # fmt: skip
def test_a_bad_frame_is_refused(amp: str, reason: str) -> None:
    found = refusals(amp)
    assert [one for one in found if reason in one[1]], found


@pytest.mark.parametrize("value", XSS)
def test_a_value_is_only_text(value: str) -> None:
    """What is rendered is AMP again, whatever somebody is called."""
    amp = document(
        '<p title="{{ contact.first_name }}">{{ contact.first_name }}</p>'
        '<a href="https://shop.example/{{ contact.first_name }}">x</a>'
    )
    compiled = compile_source(_with(amp)).as_json()
    loaded = load(version_id=VERSION_ID, ref="x@1", compiled=compiled, defaults={}, constants={}, public_url=None)
    rendered = join(loaded.amp, render(loaded, {"contact": {"first_name": value}}, token="t"), token="t")
    assert rendered.count("<") == document("<p></p><a></a>").count("<")
    plain = rendered.replace("{{", "").replace("{%", "")  # which the HTML may hold, and AMP reads only in a <template>
    assert find_faults(piece(plain)) == ()


@pytest.mark.parametrize("amp", ["<" * 90_000, "<p " * 30_000, "<p>" * 30_000, "{{a}}" * 4_000, "<!--" * 20_000])
def test_nothing_takes_long(amp: str) -> None:
    started = process_time()
    refusals(document(amp))
    assert process_time() - started < 3


def test_the_line_is_that_of_the_file() -> None:
    first, *_ = refusals(document("x\n\n{% comment %}\n\n{% endcomment %}\n<img>"))
    assert first[0] == 14
