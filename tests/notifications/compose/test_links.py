from __future__ import annotations

import pytest

from tests.notifications.compose.making import LAYOUT, PUBLIC_URL, TOKEN, Mail, compiled, section, text, version

CLICK = f"{PUBLIC_URL}/c/{TOKEN}"
SECRETS = frozenset({"payload.reset_url"})


def link(address: str, label: str = "go") -> str:
    return text(f'<a href="{address}">{label}</a>')


def test_a_static_address_has_a_number_in_html_and_text():
    mail = Mail(version(link("https://a.example/?x=1&amp;y=2")))
    assert f'href="{CLICK}/1"' in mail.html
    assert mail.text == f"go ({CLICK}/1)\n"


def test_the_rows_of_a_version_hold_plain_addresses():
    body = link("https://a.example/?x=1&amp;y=2") + link("{{ u }}") + link("https://a.example/?x=1&amp;y=2")
    assert compiled(body).links == ("https://a.example/?x=1&y=2", None)


def test_a_personal_address_is_remembered_with_the_mail():
    mail = Mail(version(link("https://a.example/{{ u }}?a=1&amp;b={{ v }}")), u="x", v='"&')
    assert mail.values.targets == ('https://a.example/x?a=1&b="&',)
    assert f'href="{CLICK}/1.0"' in mail.html
    assert f"go ({CLICK}/1.0)" in mail.text


def test_links_in_a_loop_are_told_apart():
    body = section("<mj-text>{% for o in offers %}<a href='{{ o.url }}'>{{ o.name }}</a>{% endfor %}</mj-text>")
    mail = Mail(version(body), offers=[{"url": "https://a.example"}, {"url": "https://b.example"}])
    assert mail.values.targets == ("https://a.example", "https://b.example")
    assert f"{CLICK}/1.0" in mail.html
    assert f"{CLICK}/1.1" in mail.html


def test_a_static_link_in_a_block_is_counted():
    assert f"{CLICK}/1" in Mail(version("{% if a %}" + link("https://a.example") + "{% endif %}"), a=True).html


@pytest.mark.parametrize(
    "address", ["mailto:a@b.example", "tel:+123", "#top", "{{ unsubscribe_url }}", "{{preferences_url}}"]
)
def test_some_links_are_never_counted(address):
    body = link(address)
    assert compiled(body).links == ()
    assert (
        f'href="{address}"'.replace("{{ unsubscribe_url }}", "U").replace("{{preferences_url}}", "P")
        in Mail(version(body), unsubscribe_url="U", preferences_url="P").html
    )


@pytest.mark.parametrize("body", [
    link("{{ payload.reset_url }}"),
    link("https://a.example/{{ payload.reset_url | url_encode }}"),
    link("{{ payload['reset_url'] }}"),
    link("{{ payload[which] }}"),
    text("{% assign u = payload.reset_url %}<a href='{{ u }}'>go</a>"),
    text("{% assign p = payload %}{% assign u = p.reset_url %}<a href='{{ u }}'>go</a>"),
    text("{% capture u %}{{ payload.reset_url }}{% endcapture %}<a href='{{ u }}'>go</a>"),
    text("{% for u in payload %}<a href='{{ u[1] }}'>go</a>{% endfor %}"),
    text("<a href='{% if a %}{{ payload.reset_url }}{% endif %}'>go</a>"),
])  # fmt: skip
def test_an_address_that_may_read_a_secret_is_never_rewritten(body):
    assert compiled(body, secrets=SECRETS).links == ()
    mail = Mail(version(body, secrets=SECRETS), payload={"reset_url": "https://s.example/1"}, which="reset_url", a=True)
    assert mail.values.targets == ()
    assert CLICK not in mail.html


def test_other_fields_beside_a_secret_are_counted():
    assert compiled(link("{{ payload.order_url }}"), secrets=SECRETS).links == (None,)


@pytest.mark.parametrize("value", ["javascript:alert(1)", "data:text/html,x", " vbscript:x", ""])
def test_a_value_that_is_no_address_leads_nowhere(value):
    mail = Mail(version(link("{{ u }}")), u=value)
    assert 'href=""' in mail.html
    assert mail.values.targets == ()


def test_untracked_mail_has_the_authors_addresses_and_no_pixel():
    mail = Mail(
        version(link("https://a.example/?x=1&amp;y=2") + link("{{ u }}"), is_tracked=False), u="https://u.example/?a&b"
    )
    assert 'href="https://a.example/?x=1&amp;y=2"' in mail.html
    assert 'href="https://u.example/?a&amp;b"' in mail.html
    assert mail.text == "go (https://a.example/?x=1&y=2)\n\ngo (https://u.example/?a&b)\n"
    assert PUBLIC_URL not in mail.html


def test_the_pixel_stands_once_at_the_bodys_end():
    html = Mail(version(text("a"))).html
    assert html.count(f"{PUBLIC_URL}/o/{TOKEN}.gif") == 1
    assert html.index(".gif") < html.index("</body>") < html.index(".gif") + 200


def test_buttons_images_and_fonts():
    layout = LAYOUT.replace("<mj-head>", '<mj-head><mj-font name="F" href="https://fonts.example/f.css" />')
    body = section('<mj-button href="https://a.example" font-family="F">b</mj-button>'
                   '<mj-image src="https://i.example/i.png" alt="pic" href="https://b.example" />')  # fmt: skip
    assert compiled(body, layout=layout).links == ("https://a.example", "https://b.example")
