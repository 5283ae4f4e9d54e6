"""Is a recipient that we did not have parsed the same as one that Anymail parsed?"""

from __future__ import annotations

from uuid import UUID

import pytest
from anymail.utils import parse_single_address
from hypothesis import given
from hypothesis import strategies as st

from notifications.compose.render import Values
from notifications.delivery.mail import Member
from notifications.delivery.providers.recipients import Mailbox, is_recipient, recipient

NAME = st.lists(
    st.sampled_from(
        ["Ada", "Zoë", "世界", "O'Neil", "Jr.", 'O"Hara', "a,b", "=?utf-8?q?x?=", "(x)", "a\\b", "x@y", "-"]
    ),
    max_size=3,
).map(" ".join)
LOCAL = st.sampled_from(["ada", "a.b", "a+b", "o'neil", "grüße", '"a b"', "{x}", "a..b", "-a-", "x=y"])
DOMAIN = st.sampled_from(["example.com", "xn--bcher-kva.example", "a-b.example", "[192.0.2.1]", "localhost"])


def _member(name: str, address: str) -> Member:
    values = Values(regions=(), targets=())
    return Member(message_id=UUID(int=1), address=address, name=name, values=values, unsubscribe_url="", token="t")


@given(NAME, LOCAL, DOMAIN)
def test_ready_made_and_parsed_recipients_are_written_alike(name: str, local: str, domain: str) -> None:
    member = _member(name, f"{local}@{domain}")
    ready = recipient(member) if is_recipient(member) else None
    if not isinstance(ready, Mailbox):
        return
    parsed = parse_single_address(f"{name} <{member.address}>" if name else member.address)
    for use_rfc2047 in (False, True):
        assert ready.format(use_rfc2047=use_rfc2047) == parsed.format(use_rfc2047=use_rfc2047)
    assert ready.as_dict() == parsed.as_dict()
    assert (ready.addr_spec, ready.address, ready.uses_eai) == (parsed.addr_spec, parsed.address, parsed.uses_eai)
    assert (ready.username, ready.domain) == (parsed.username, parsed.domain)


@pytest.mark.parametrize(
    ("name", "address"),
    [("Ada Lovelace", "ada@example.com"), ("Zoë", "zoe+x@xn--bcher-kva.example"), ("", "a@b.example")],
)
def test_most_people_need_no_parsing(name: str, address: str) -> None:
    assert isinstance(recipient(_member(name, address)), Mailbox)


@pytest.mark.parametrize("address", ["a..b@example.com", "a b@example.com", "ada"])
def test_what_is_no_address_is_no_recipient(address: str) -> None:
    assert not is_recipient(_member("Ada", address))
