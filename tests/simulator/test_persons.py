"""Does a person's mail program open, click and unsubscribe as the mail says, and nowhere else?"""

from __future__ import annotations

import pytest
from anymail.message import AnymailMessage

from tests.simulator.process import wait_for


@pytest.fixture
def send(make_backend, listener):
    def send(to="ada@example.com", *, links=(), unsubscribe=True):
        html = "".join(f'<a href="{url}">{text}</a>' for url, text in links)
        message = AnymailMessage("Hi", "hello", "shop@example.com", [to])
        message.attach_alternative(f'<p>{html}<img src="{listener.url}/o/t.gif?a=1&amp;b=2"></p>', "text/html")
        if unsubscribe:
            message.extra_headers["List-Unsubscribe"] = f"<mailto:x@example.com>, <{listener.url}/u/t>"
            message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        make_backend("postmark").send_messages([message])

    return send


def act(simulator, action, **extra):
    number = simulator.accepts()[-1]["number"]
    return simulator.control("POST", "act", {"accept": number, "action": action, **extra})


def test_opening_loads_the_pixel(send, simulator, listener):
    send()
    assert act(simulator, "open")["done"]
    (received,) = listener.received
    assert (received.method, received.path) == ("GET", "/o/t.gif?a=1&b=2")
    assert "Mozilla" in received.headers["user-agent"]


def test_clicking_follows_the_first_link_that_is_not_for_leaving(send, simulator, listener):
    send(links=[(f"{listener.url}/p/t", "Your preferences"), (f"{listener.url}/c/t/1", "Shop now")])
    listener.redirects["/c/t/1"] = "/shop"
    assert act(simulator, "click")["url"].endswith("/c/t/1")
    assert [one.path for one in listener.received] == ["/c/t/1", "/shop"]


def test_a_link_can_be_chosen(send, simulator, listener):
    send(links=[(f"{listener.url}/c/t/1", "One"), (f"{listener.url}/c/t/2", "Two")])
    act(simulator, "click", link=1)
    assert [one.path for one in listener.received] == ["/c/t/2"]
    assert "counted from 0" in act(simulator, "click", link=2)["reason"]


def test_a_redirect_to_a_stranger_is_not_followed(send, simulator, listener):
    send(links=[(f"{listener.url}/c/t/1", "One")])
    listener.redirects["/c/t/1"] = "https://example.com/landing"
    assert act(simulator, "click")["done"]
    assert len(listener.received) == 1


def test_strangers_are_never_called(send, simulator):
    send(links=[("https://example.com/x", "Shop now")])
    assert not act(simulator, "click")["done"]
    assert "not to be called" in act(simulator, "click", link=0)["reason"]


def test_unsubscribing_is_a_one_click_post(send, simulator, listener):
    send()
    assert act(simulator, "unsubscribe")["done"]
    (received,) = listener.received
    assert (received.method, received.path, received.body) == ("POST", "/u/t", b"List-Unsubscribe=One-Click")


def test_without_the_header_there_is_no_button(send, simulator):
    send(unsubscribe=False)
    assert "no one-click" in act(simulator, "unsubscribe")["reason"]


def test_magic_addresses_act_by_themselves(send, simulator, listener):
    simulator.control("PUT", "script", {})
    send("click+1@example.com", links=[(f"{listener.url}/c/t/1", "Go")])
    send("unsubscribe@example.com")
    wait_for(lambda: len(listener.received) == 3)
    assert sorted(one.path for one in listener.received) == ["/c/t/1", "/o/t.gif?a=1&b=2", "/u/t"]
    assert all(one["done"] for one in simulator.control("GET", "acts")["log"][-3:])
