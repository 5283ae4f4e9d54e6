from __future__ import annotations

from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st
from liquid import Environment
from liquid.exceptions import LiquidError

from notifications.compose.loading import load
from notifications.compose.render import RenderFault, join, render

NAMES = st.sampled_from(["a", "b", "c", "brand", "missing"])
STATIC = st.sampled_from(["", " ", "\n", "  x  ", "<p>", "</p>\n", "\t&amp;\n\n", "{", "}", "%}", "=\n."])
VALUES = st.none() | st.booleans() | st.integers(-9, 99) | st.text("<&>\"' x\n", max_size=4) | st.lists(
    st.integers(0, 9) | st.text("<x", max_size=2), max_size=3
)  # fmt: skip
DASH = st.sampled_from(["", "-"])


@st.composite
def output(draw):
    path = draw(st.sampled_from(["{}", "{}.size", "{}.first", "{} | upcase", "{} | escape", "{} | default: 'd'"]))
    return "{{" + draw(DASH) + " " + path.format(draw(NAMES)) + " " + draw(DASH) + "}}"


@st.composite
def tag(draw):
    what = draw(st.sampled_from(["assign", "increment", "decrement", "cycle", "echo", "comment", "raw", "#"]))
    name, (left, right) = draw(NAMES), (draw(DASH), draw(DASH))
    inner = {
        "assign": f"assign {name} = {draw(NAMES)}",
        "cycle": "cycle 'u', 'v', 'w'",
        "comment": "comment %} {{ a }} {% endcomment",
        "raw": "raw %}{{ a }}{% endraw",
        "#": "# nothing",
    }.get(what, f"{what} {name}")
    return "{%" + left + " " + inner + " " + right + "%}"


def block(children):
    @st.composite
    def made(draw):
        name = draw(NAMES)
        opening, closing = draw(st.sampled_from([
            ("if {}", "endif"), ("unless {}", "endunless"), ("for i in {}", "endfor"), ("capture {}", "endcapture"),
            ("if {} %}y{% else", "endif"), ("case {} %}{% when 'x', 3", "endcase"), ("ifchanged", "endifchanged"),
            ("for i in {} reversed", "endfor"), ("if {} == '<'", "endif"), ("if {} != 'x' %}y{% else", "endif"),
            ("if {}.first == 'B<'", "endif"), ("if {}.size", "endif"),
        ]))  # fmt: skip
        d = [draw(DASH) for _ in range(4)]
        inner = draw(children)
        return "{%" + d[0] + opening.replace("{}", name) + d[1] + "%}" + inner + "{%" + d[2] + closing + d[3] + "%}"

    return made()


LEAF = STATIC | output() | tag()
TEMPLATE = st.recursive(LEAF, lambda inner: st.lists(inner | block(inner), max_size=5).map("".join), max_leaves=25)
PLAIN = Environment(autoescape=True)
BRAND = {"first": "B<", "size": 2}


@given(TEMPLATE, st.fixed_dictionaries({"a": VALUES, "b": VALUES, "c": VALUES}))
def test_the_joined_regions_equal_the_whole_document(template, values):
    variables = {**values, "brand": BRAND}
    try:
        whole = PLAIN.from_string(template).render(**variables)
    except LiquidError:
        assume(False)
    loaded = load(
        version_id=UUID(int=1), ref="x@1", compiled={"subject": "", "html": template, "text": template},
        defaults={}, constants={"brand": BRAND}, public_url="https://p.example",
    )  # fmt: skip
    joined = join(loaded.html, render(loaded, variables, token="t"), token="t")
    assert joined == whole


@given(TEMPLATE)
def test_a_template_either_renders_or_says_why_not(template):
    try:
        loaded = load(
            version_id=UUID(int=1), ref="x@1", compiled={"subject": "", "html": template, "text": ""},
            defaults={}, constants={}, public_url=None,
        )  # fmt: skip
        render(loaded, {"a": 1}, token="t")
    except (LiquidError, RenderFault):
        pass
