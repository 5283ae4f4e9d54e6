from __future__ import annotations

from itertools import pairwise

import pytest

from notifications.compose.compilation import compile_source
from notifications.compose.cutting import TOKEN, Slot
from notifications.compose.reading import readings
from tests.notifications.compose.making import LAYOUT, Mail, section, source, text, version

STYLED = LAYOUT.replace(
    "</mj-head>",
    '<mj-title>{{ t }}</mj-title><mj-style inline="inline">.x { color: {{ c }} } p { margin: 0 }</mj-style></mj-head>',
)


def test_a_value_is_escaped_in_html_and_left_alone_in_text_and_subject():
    mail = Mail(version(text("{{ a }}"), subject="{{ a }}"), a="<b> & \"'")
    assert "&lt;b&gt; &amp; &#34;&#39;" in mail.html
    assert (mail.subject, mail.text) == ("<b> & \"'", "<b> & \"'\n")


def test_liquid_in_attributes_passes():
    body = section('<mj-image src="{{ a }}" alt="say &quot;{{ a }}&quot;" /><mj-text color="{{ c }}">x</mj-text>')
    html = Mail(version(body), a='"x"', c="#111").html
    assert 'src="&#34;x&#34;"' in html
    assert 'alt="say &quot;&#34;x&#34;&quot;"' in html
    assert "color:#111" in html


def test_a_background_is_written_to_all_its_copies():
    body = '<mj-section background-url="{{ a }}"><mj-column><mj-text>x</mj-text></mj-column></mj-section>'
    assert Mail(version(body), a="https://x.example/a.png").html.count("https://x.example/a.png") == 4


def test_liquid_passes_through_title_and_inlined_styles():
    html = Mail(version(text('<p class="x">a</p>'), layout=STYLED), t="A title", c="#abcdef").html
    assert "A title" in html
    assert "color: #abcdef" in html


@pytest.mark.parametrize("wrap", [
    text("{% if a %}<b>yes</b>{% endif %}"),
    section("{% if a %}<mj-text>yes</mj-text>{% endif %}"),
    "<mj-section>{% if a %}<mj-column><mj-text>yes</mj-text></mj-column>{% endif %}</mj-section>",
    "{% if a %}" + text("yes") + "{% endif %}",
    "<mj-wrapper>{% if a %}" + text("yes") + "{% endif %}</mj-wrapper>",
])  # fmt: skip
def test_a_block_may_wrap_any_component(wrap):
    loaded = version(wrap)
    assert ">yes<" in Mail(loaded, a=True).html
    assert "yes" not in Mail(loaded, a=False).html
    assert len(loaded.parts[0].regions) == 1


def test_rows_of_a_table_can_be_repeated():
    body = section("<mj-table>{% for i in n %}<tr><td>{{ i }}</td></tr>{% endfor %}<tr><td>end</td></tr></mj-table>")
    html = Mail(version(body, layout=STYLED), n=[1, 2]).html
    table = html[html.index("<tbody><tr><td>1") :]
    assert table.startswith("<tbody><tr><td>1</td></tr><tr><td>2</td></tr><tr><td>end</td></tr>")


def test_braces_that_are_text_stay_text():
    mail = Mail(version(text("&#123;&#123; a }} {% raw %}{{ b }}{% endraw %}")), a="no", b="no")
    assert "{{ a }} {{ b }}" in mail.html
    assert mail.text == "{{ a }} {{ b }}\n"


def test_markup_inside_a_liquid_tag_is_not_markup():
    assert "yes" in Mail(version(text("{% if a > 1 %}yes{% endif %}")), a=2).html


def test_an_assignment_reaches_later_regions_across_static_text():
    loaded = version(text("{% assign b = a | upcase %}<p>x</p>{{ b }}{% cycle 'u', 'v' %}<p>y</p>{% cycle 'u', 'v' %}"))
    assert "Qu<p>y</p>v" in Mail(loaded, a="q").html.replace("\n", "")


def test_documents_do_not_share_their_names():
    assert Mail(version(text("{{ b }}"), subject="{% assign b = 1 %}{{ b }}")).subject == "1"


def test_the_preheader_is_hidden_text_at_the_top():
    mail = Mail(version(text("body"), preheader="For {{ a }} & co"), a="Ada")
    assert mail.html.index("For Ada &amp; co") < mail.html.index("body<")
    assert "display:none" in mail.html
    assert "For Ada" not in mail.text


def test_what_only_the_brand_decides_is_static():
    loaded = version(text("{% if brand.logo_url != '' %}logo{% else %}{{ brand.name }}{% endif %} {{ a }}"))
    assert len(loaded.regions) == 2  # html and text, of {{ a }}
    assert "Harbour Ada" in Mail(loaded, a="Ada", brand={"name": "Harbour", "logo_url": ""}).html


def test_statics_and_slots_alternate_and_number_over_all_documents():
    loaded = version(text("a {{ a }} b {{ b }}{{ c }} d"), subject="{{ a }}")
    slots = [piece.index for part in (loaded.subject, loaded.html, loaded.text) for piece in part
             if isinstance(piece, Slot) and piece is not TOKEN]  # fmt: skip
    assert slots == [0, 1, 2, 3, 4]
    statics = [isinstance(piece, str) for piece in loaded.html]
    assert all(one != other for one, other in pairwise(statics))


def test_the_same_source_compiles_to_the_same_version():
    sample = source(text("{{ a }}"))
    assert compile_source(sample) == compile_source(sample)


def test_what_only_the_brand_decides_is_written_once_inside_loops_too():
    loaded = version(
        text('{% for one in items %}{{ brand.name }}{% if brand.url != "" %}!{% endif %}{{ one }}{% endfor %}')
    )
    read = readings([node for region in loaded.regions for node in region])
    assert {root for root, *_ in read} == {"items", "one"}
    assert "Harbour!1Harbour!2" in Mail(loaded, items=[1, 2]).html


def test_of_a_condition_on_the_brand_only_what_holds_is_left():
    loaded = version(
        text('{% if brand.logo_url != "" %}{{ a }}{% elsif brand.url != "" %}{{ b }}{% else %}{{ c }}{% endif %}')
    )
    read = readings([node for region in loaded.regions for node in region])
    assert read == {("b",)}


def test_a_name_that_the_template_gives_a_value_to_is_not_the_brand():
    loaded = version(text("{% for brand in items %}{{ brand.name }}{% endfor %}"))
    assert "Ada" in Mail(loaded, items=[{"name": "Ada"}]).html


def test_a_mails_own_values_do_not_replace_the_brand():
    loaded = version(text("{{ brand.name | append: a }}"))
    assert "Harbour!" in Mail(loaded, a="!", brand={"name": "Another"}).html
