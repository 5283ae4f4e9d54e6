"""Do regions that are written without rendering say what the template would, and is the rest left to it?"""

from __future__ import annotations

import pytest

from notifications.compose.sandbox import parse
from notifications.compose.shortcuts import find_shortcuts

VALUES = ["x", "", "<i>", None, False, True, 0, 7, [], ["x"], {}, {"b": "x"}, {"b": "<y>"}, {"b": 3}]


def _shortcut(source: str, *, is_html: bool = True):
    template = parse(source, is_html=is_html)
    nodes = tuple(template.nodes)
    [found] = find_shortcuts(template, [nodes], is_html=is_html)
    return template, found


@pytest.mark.parametrize(
    "source",
    [
        "{{ a }}", "{{ a.b }}", "{% if a %}x{% endif %}", "{% if a.b %}x{% else %}{{ a.b }}{% endif %}",
        "{% if a == 'x' %}1{% else %}2{% endif %}", "{% if a.b != 'x' %}<b>{{ a.b }}</b>{% endif %}",
        "{% if a %}{% if b %}{{ b }}{% endif %}!{% endif %}",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "a", ["x", "", "<i>", None, False, True, 0, 7, [], ["x"], {}, {"b": "x"}, {"b": "<y>"}, {"b": 3}]
)
def test_a_shortcut_says_what_the_template_says_or_nothing(source: str, a: object) -> None:
    template, shortcut = _shortcut(source)
    assert shortcut is not None
    for b in ("", "b"):
        said = shortcut({"a": a, "b": b})
        assert said in {None, template.render(a=a, b=b)}


@pytest.mark.parametrize(
    "source",
    [
        "{{ a | upcase }}", "{{ a[0] }}", "{% assign a = 'x' %}{{ a }}", "{{ a }}{% increment a %}",
        "{% if a contains 'x' %}1{% endif %}", "{% if a == 'x' or b %}1{% endif %}", "{% if a == b %}1{% endif %}",
        "{% if a %}1{% elsif b %}2{% endif %}", "{% for one in a %}{{ one }}{% endfor %}", "{% if a %} {% endif %}",
    ],
)  # fmt: skip
def test_what_is_less_plain_is_left_to_the_template(source: str) -> None:
    assert _shortcut(source)[1] is None


def test_plain_text_is_not_escaped() -> None:
    assert _shortcut("{{ a }}", is_html=False)[1]({"a": "<b>"}) == "<b>"
