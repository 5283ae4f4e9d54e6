from __future__ import annotations

from time import process_time

import pytest

from notifications.compose.findings import SourceFault
from notifications.compose.render import RenderFault
from tests.notifications.compose.making import Mail, text, version

CANARY = "canary-5b1f"
BIG = "(1..99999999999)"
IDLE = "{% if a == 3 %}{% endif %}"

COSTLY = [
    "{% for i in " + BIG + " %}x{% endfor %}",
    "{% for i in " + BIG + " reversed %}x{% endfor %}",
    "{% for i in " + BIG + " limit: 3 %}x{% endfor %}",
    "{% for i in (1..101) %}{% for j in (1..101) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..6000) %}{% endfor %}{% for i in (1..6000) %}{% endfor %}",
    "{% for i in (1..9999) %}" + IDLE * 2_400 + "{% endfor %}",
    "{% tablerow i in (1..9999) %}" + IDLE * 1_000 + "{% endtablerow %}",
    "{% for i in (1..9999) %}{{ b }}{% endfor %}",
    "{% assign s = b %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}",
    "{% for i in (1..99) %}{% capture s %}{{ s }}{{ s }}xxxxxxxxxxxxxxxx{% endcapture %}{% endfor %}",
    "{% assign n = 9 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}",
    "{% assign l = b | split: '' %}{{ l | join: b }}",
    "{{ " + BIG + " | join: 'x' }}",
    "{{ " + BIG + " | reverse | first }}",
    "{% assign r = " + BIG + " %}{% if r contains 'x' %}y{% endif %}",
    "{% case a %}{% when " + BIG + " %}{% endcase %}",
    "{{ b | replace: '', b }}",
    "{{ n | uniq | size }}",
    "{% assign l = n | concat: n %}{% for i in (1..99) %}{% assign l = l | concat: l %}{% endfor %}",
]  # fmt: skip

HARMLESS = [
    "{{ a.__class__ }}", "{{ a.__class__.__mro__ }}", "{{ a['__class__'] }}", "{{ contact.__init__ }}",
    "{{ contact.__dict__ }}", "{{ a.join }}", "{{ a | map: '__class__' }}",
    "{{ self }}", "{{ this }}", "{{ settings.SECRET_KEY }}", "{{ request }}", "{{ env }}", "{{ globals }}",
    "{{ _context }}", "{{ template.env }}", "{{ forloop.parentloop.__class__ }}", "{{ now }}", "{{ today }}",
    "{% for i in contact %}{{ i.__class__ }}{% endfor %}", "{{ 'x' | date: '%999999999d' }}",
    "{{ b | date: '%Y' | size }}", "{{ '99999999999999999999' | date: '%Y' }}", "{{ b | strip_html | size }}",
    "{{ lt | strip_html | size }}", "{% cycle a.__class__, 'b' %}", "{% increment __class__ %}",
]  # fmt: skip

REFUSED = [
    "{% include '/etc/passwd' %}", "{% render 'x' %}", "{% extends 'x' %}", "{% block x %}{% endblock %}",
    "{% layout 'x' %}", "{% import os %}", "{{ a | safe }}", "{{ a | escapejs }}", "{{ a | eval }}", "{{ a() }}",
    "{{ ''.__class__() }}", "{% if a %}" * 60 + "{% endif %}" * 60, "{{ a" + "[b" * 1_500 + "]" * 1_500 + " }}",
    "{{ a | append: " + "b " * 3_000 + "}}", "{{" + " " * 200_000, "{{" * 100_000, "{% raw %}" * 20_000,
    "{% comment %}" * 15_000, "{% doc %}" * 25_000, "{{ " + " " * 100_000 + " }}", "{% " + "x" * 100_000 + " %}",
    "{{ a }}" * 6_000, "<" * 200_000 + "b", "<a " * 60_000, "<a b='" * 30_000, "{%" * 100_000, "<b>" * 80_000,
]  # fmt: skip


def rendered(liquid: str) -> str:
    variables = {
        "a": "value", "b": "x" * 200_000, "n": list(range(9_000)), "lt": "<!" * 100_000,
        "contact": {"first_name": "Ada"},
    }  # fmt: skip
    return Mail(version(text("x"), text=liquid), **variables).text


@pytest.fixture(autouse=True)
def _quickly():
    started = process_time()
    yield
    assert process_time() - started < 10  # of the processor; a bomb takes minutes or for ever


@pytest.mark.parametrize("liquid", COSTLY)
def test_a_costly_template_ends_in_a_fault(liquid):
    with pytest.raises(RenderFault, match="template_too_costly"):
        rendered(liquid)


@pytest.mark.parametrize("liquid", HARMLESS)
def test_nothing_but_the_variables_can_be_reached(liquid):
    assert "class" not in rendered(liquid)


@pytest.mark.parametrize("liquid", REFUSED)
def test_what_no_template_needs_is_refused_at_publish(liquid):
    with pytest.raises(SourceFault):
        version(text(liquid))


UNESCAPING = [
    "{{ a }}", "{{ a | escape }}", "{{ a | escape_once }}", "{{ a | newline_to_br }}", "{{ a | strip_newlines }}",
    "{{ a | append: '' }}", "{{ a | prepend: '' }}", "{{ a | upcase }}", "{{ a | url_encode | url_decode }}",
    "{{ a | base64_encode | base64_decode }}", "{{ a | split: 'x' | join: 'x' }}", "{{ a | slice: 0, 50 }}",
    "{{ a | truncate: 500 }}", "{{ a | escape | replace: '&lt;', '<' | replace: '&gt;', '>' }}",
    "{% capture c %}{{ a }}{% endcapture %}{{ c | replace: '&lt;', '<' | replace: '&gt;', '>' }}",
    "{{ a | escape | split: '&lt;' | join: '<' | split: '&gt;' | join: '>' }}", "{{ a | default: 'x' }}",
    "{% assign x = a %}{{ x }}", "{% cycle a, a %}", "{% echo a %}", "{{ l }}", "{{ l | join: ' ' }}",
    "{{ l | first }}", "{{ a | escape | remove: 'amp;' }}", "{{ a | date: '%Y' }}", "{{ '%Y' | date: a }}",
]  # fmt: skip


@pytest.mark.parametrize("liquid", UNESCAPING)
def test_no_filter_turns_a_value_into_markup(liquid):
    value = f"<script>{CANARY}</script>"
    html = Mail(version(text(liquid)), a=value, l=[value]).html
    assert "<script>" not in html.lower()
