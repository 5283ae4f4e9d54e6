"""Do findings name the line and the component that they are about?"""

from __future__ import annotations

import pytest

from config.outbound import Refusal
from notifications.compose.preflight.links import known_addresses, read_links
from tests.notifications.compose.making import section
from tests.notifications.compose.preflight.making import body, facts, findings, inspect

pytestmark = pytest.mark.req("T6")

BODY = """<mj-section>
<mj-column>
<mj-text>
  <p>Picked by hand for {{ contact.first_name }}, and ready to be sent on Monday.</p>
  {% for item in payload.items %}<p><a href="https://harbour.shop/{{ item.name }}">{{ item.cost }}!</a></p>{% endfor %}
</mj-text>
<mj-image src="https://harbour.shop/{{ payload.number }}.png" />
<mj-button href="#">Press</mj-button>
<mj-text color="#999999">Pale words</mj-text>
</mj-column>
</mj-section>"""


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("link_placeholder", "sample.mjml:12, mj-button"), ("image_alt", "sample.mjml:11, mj-image"),
        ("contrast_light", "sample.mjml:13, mj-text"), ("variable_unknown", "sample.mjml:9"),
        ("subject_capitals", "sample.mjml:2"), ("preheader_repeated", "sample.mjml:3"),
    ],
)  # fmt: skip
def test_a_finding_names_its_line(code: str, place: str) -> None:
    found = findings(inspect(BODY, subject="BIG NEWS", preheader="Big news"), code)
    assert [str(one.place) for one in found] == [place]


def test_a_link_made_of_a_loops_items_has_its_line() -> None:
    [link] = [one for one in read_links(inspect(BODY)) if "Mug" in one.address]
    assert str(link.place) == "sample.mjml:9, mj-text"
    assert not link.is_known


def test_what_the_compiler_adds_has_no_place() -> None:
    carousel = '<mj-carousel><mj-carousel-image src="https://harbour.shop/1.png" alt="A cup" /></mj-carousel>'
    [found] = findings(inspect(body("") + section(carousel)), "link_inside")
    assert found.place is None


def test_what_the_layout_writes_is_placed_there() -> None:
    [link] = [one for one in read_links(inspect(BODY)) if one.is_own]
    assert str(link.place) == "layouts/base.mjml:1, mj-text"


def test_only_addresses_that_are_sure_are_asked() -> None:
    made = inspect(
        body('<a href="{{ payload.url }}">made up</a> <a href="{{ brand.url }}/new">the brand\'s</a>'
             ' <a href="https://harbour.shop/?a=1&amp;b=2">written</a> <a href="mailto:a@b.shop">mail</a>')
    )  # fmt: skip
    assert known_addresses(made) == [
        "https://harbour.shop/", "https://shop.example/new", "https://harbour.shop/?a=1&b=2",
    ]  # fmt: skip


def test_a_link_that_stands_twice_is_reported_once() -> None:
    twice = body('<a href="https://harbour.shop/">again</a>')
    answers = {"https://harbour.shop/": Refusal(url="https://harbour.shop/", code="unknown_host", reason="No.")}
    assert len(findings(inspect(twice, answers=answers), "link_unreachable")) == 1


def test_the_audience_is_told_by_number() -> None:
    people = [{"first_name": name} for name in ("Ada", "", "Ben", "", "", "", "Cleo")]
    [found] = findings(inspect(body("{{ contact.first_name }}"), readers=people), "blank")
    assert found.sentence == (
        "{{ contact.first_name }} stays blank for 4 of 7 people: contact 2, contact 4, contact 5 and 1 more."
    )


def test_what_a_payload_lacks_is_not_said_of_people() -> None:
    [found] = findings(inspect(body("{{ payload.note }}"), readers=[{"first_name": "Ben"}]), "blank")
    assert found.sentence == "{{ payload.note }} stays blank for a made-up person."


def test_what_does_not_exist_is_not_called_blank_as_well() -> None:
    assert findings(inspect(body("{{ user.name }}")), "blank") == []
    assert findings(inspect(body("{{ payload.note }}"), given=facts(kinds=())), "blank") == []


@pytest.mark.parametrize(
    "written", ["{{ contact.nick | default: '' }}", "{% if contact.nick %}{{ contact.nick }}{% endif %}"]
)
def test_what_is_left_out_on_purpose_is_not_blank(written: str) -> None:
    assert findings(inspect(body(written)), "blank") == []


def test_a_default_of_the_front_matter_fills_in() -> None:
    made = inspect(
        body("{{ contact.first_name }}"), readers=[{"first_name": ""}], defaults={"contact.first_name": "you"}
    )
    assert findings(made, "blank") == []


def test_counted_addresses_count_for_the_size() -> None:
    links = "".join(f'<a href="https://h.shop/{number}">{number}</a>' for number in range(1200))
    found = findings(inspect(section(f"<mj-text><p>{links}</p></mj-text>")), "size_clipped")
    assert "Gmail will clip it" in found[0].sentence


def test_a_preheader_is_no_hidden_text() -> None:
    assert findings(inspect(body(""), preheader="Words that only the list of mails shows"), "spam_hidden") == []


def test_two_types_are_both_asked_for_a_variable() -> None:
    made = inspect(body("{{ payload.items.first.name }} {{ payload.items.size }} {{ payload.extra.anything }}"))
    assert findings(made, "variable_unknown") == []
    [found] = findings(inspect(body("{{ payload.items.name }}")), "variable_unknown")
    assert "go through it with {% for %}" in found.sentence


@pytest.mark.parametrize(
    "written",
    [
        "{% assign item = payload.items.first %}{{ item.name }}", "{% assign x = payload.number | upcase %}{{ x.any }}",
        "{% capture x %}{{ payload.number }}{% endcapture %}{{ x }}", "{{ payload[contact.first_name] }}",
        "{% for one in payload.items %}{{ forloop.index }}{% endfor %}", "{% for n in (1..3) %}{{ n }}{% endfor %}",
    ],
)  # fmt: skip
def test_local_names_are_seen_through(written: str) -> None:
    assert findings(inspect(body(written)), "variable_unknown") == []


def test_a_wrong_name_behind_a_local_one_is_found() -> None:
    written = "{% assign item = payload.items.first %}{{ item.colour }}"
    [found] = findings(inspect(body(written)), "variable_unknown")
    assert found.sentence.startswith("{{ payload.items.first.colour }} does not exist")
