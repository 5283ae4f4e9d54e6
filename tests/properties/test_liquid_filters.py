"""Do the filters that write for a person keep their word for any value?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from notifications.compose.filters import OWN
from notifications.compose.filters.addresses import add_parameters
from notifications.compose.filters.numbers import read_number
from notifications.compose.filters.places import find_locale
from notifications.compose.filters.words import initials

ANY = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.integers())
    | st.datetimes().map(str)
)
NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
ADDRESSES = st.builds(
    "https://shop.example/{}{}{}".format,
    st.sampled_from(("", "cart", "a/b%20c")),
    st.lists(st.tuples(NAMES, st.sampled_from(("", "1", "%26x", "a+b")))).map(
        lambda pairs: "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""
    ),
    st.sampled_from(("", "#top", "#a?b=c&d")),
)


def context(locale: object, zone: object) -> Any:
    contact = {"locale": locale, "time_zone": zone}
    return SimpleNamespace(globals={"contact": contact}, autoescape=False)


@given(name=st.sampled_from(sorted(OWN)), value=ANY, argument=ANY, locale=ANY, zone=ANY)
def test_no_value_locale_or_zone_breaks_a_filter(
    name: str, value: object, argument: object, locale: object, zone: object
) -> None:
    if name == "add_parameters":
        add_parameters(value, name=argument)
    elif name == "initials":
        initials(value, argument)
    elif name in ("day_name", "month_name"):
        OWN[name](value, context=context(locale, zone))
    else:
        OWN[name](value, argument, context=context(locale, zone))


@given(address=ADDRESSES, added=st.dictionaries(NAMES, st.text(max_size=20), max_size=4))
def test_parameters_are_added_once_and_nothing_else_changes(address: str, added: dict[str, str]) -> None:
    before, after = urlsplit(address), urlsplit(add_parameters(address, **cast("dict[str, Any]", added)))
    assert (before.scheme, before.netloc, before.path, before.fragment) == (
        after.scheme, after.netloc, after.path, after.fragment,
    )  # fmt: skip
    assert after.query.startswith(before.query)
    present = {name for name, _ in parse_qsl(before.query, keep_blank_values=True)}
    new = parse_qsl(after.query[len(before.query) :].lstrip("&"), keep_blank_values=True)
    assert new == [(name, value) for name, value in added.items() if name not in present and value]


@given(address=ADDRESSES, added=st.dictionaries(NAMES, st.text(max_size=20), max_size=4))
def test_adding_twice_is_adding_once(address: str, added: dict[str, Any]) -> None:
    once = add_parameters(address, **added)
    assert add_parameters(once, **added) == once


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_number_as_text_is_the_number(amount: Any) -> None:
    assert read_number(str(amount)) == amount


@given(st.text())
def test_any_name_of_a_locale_gives_one(name: str) -> None:
    assert find_locale(name).language


@given(st.text())
def test_initials_are_few(name: str) -> None:
    assert len(initials(name).split()) <= 1
    assert len(initials(name)) <= 6  # ß in upper case is SS
