from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.outbound.addresses import is_public
from config.outbound.policy import Policy
from config.outbound.refusals import Refused
from config.outbound.targets import read_target

pytestmark = pytest.mark.req("T6")

FOUR = st.ip_addresses(v=4)
#: Where an IPv4 address may be wrapped in one of IPv6, and how far from its right end.
WRAPPERS = [("::ffff:0:0", 0), ("::", 0), ("64:ff9b::", 0), ("64:ff9b:1::", 0), ("2002::", 80), ("2001::", 0)]


@given(FOUR)
def test_what_python_calls_private_is_never_public(address: IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_link_local:
        assert not is_public(str(address))


@given(FOUR, st.sampled_from(WRAPPERS))
def test_a_wrapped_address_is_never_public(address: IPv4Address, wrapper: tuple[str, int]) -> None:
    prefix, shift = wrapper
    assert not is_public(str(IPv6Address(int(IPv6Address(prefix)) | int(address) << shift)))


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_global_unicast_is_public(address: IPv6Address) -> None:
    if is_public(str(address)):
        assert address in IPv6Network("2000::/3")
        assert address.is_global


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_what_the_world_uses_is_public(address: str) -> None:
    assert is_public(address)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/", f"https://shop.example/{text}"):
        try:
            target = read_target(url, Policy())
        except Refused:
            continue
        assert target.port in (80, 443)
        assert f"{target.authority}{target.path}".isascii()
        assert not any(one.isspace() for one in target.authority + target.path)
