"""Is a URL-encoded value read as the standard library reads it, also when it is malformed?"""

from __future__ import annotations

from urllib.parse import quote_plus, unquote_to_bytes

from hypothesis import example, given
from hypothesis import strategies as st

from notifications.simulator.providers.mailgun.form import unquote_value


@given(st.text())
@example("=\r\n.\t \x00_é\U0001f600")
@example("ends in spaces  ")
def test_what_was_quoted_comes_back(text):
    assert unquote_value(quote_plus(text).encode()).decode() == text


@given(st.text(alphabet="%+=0a9F \r\n\tz_", max_size=30))
def test_anything_is_read_as_the_standard_library_reads_it(text):
    value = text.encode()
    assert unquote_value(value) == unquote_to_bytes(value.replace(b"+", b" "))
