"""Does the simulated SparkPost read its template language as documented, and nothing else?"""

from __future__ import annotations

import pytest

from notifications.simulator.providers.sparkpost.template import BadTemplate, render

VALUES = {"name": '<b>O"Hara/&</b>', "user": "a b!", "address": {"name": "Ada"}, "none": None, "inner": "{{name}}"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello {{ user }}", "Hello a b!"),
        ("{{name}}", "&lt;b&gt;O&quot;Hara&#x2F;&amp;&lt;&#x2F;b&gt;"),
        ("{{{ name }}}", '<b>O"Hara/&</b>'),
        ("{{missing}}{{none}}.", "."),
        ("{{address.name}}", "Ada"),
        ('<a href="https://x.example/?u={{user}}">', '<a href="https://x.example/?u=a%20b%21">'),
        ('<a href="https://x.example/?u={{{user}}}">', '<a href="https://x.example/?u=a b!">'),
        ("{{inner}}", "{{name}}"),
        ("p{color:red} }} {", "p{color:red} }} {"),
        ("{{opening_double_curly()}}x{{closing_single_curly()}}", "{{x}"),
    ],
)
def test_expressions_are_filled_in(text, shown):
    assert render(text, VALUES, is_html=True) == shown


@pytest.mark.parametrize(
    "text", ["{{", "{{x", "{{x}", "{{{x}}", "{{{{x}}}}", "{{{x}}}}", "{{x}}}", "{{ if x }}", "{{}}"]
)
def test_what_is_not_documented_is_refused(text):
    with pytest.raises(BadTemplate):
        render(text, VALUES)
