"""Do mails escaped piece by piece give the JSON that whole mails would?"""

from __future__ import annotations

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notifications.compose.cutting import TOKEN, Slot
from notifications.compose.escape import escape_document, fill_escaped
from notifications.compose.render import Values, join

TEXT = st.text(max_size=12) | st.sampled_from(['"', "\\", "\n", "é", "😀", "\u2028", "</script>", "\x00"])


@given(
    st.lists(TEXT | st.just(TOKEN) | st.builds(Slot, index=st.integers(0, 2)), max_size=8), st.tuples(TEXT, TEXT, TEXT)
)
def test_pieces_equal_the_whole(pieces: list[str | Slot], regions: tuple[str, str, str]) -> None:
    document, values = tuple(pieces), Values(regions=regions, targets=())
    token = UUID(int=7).hex
    joined = b'"%b"' % b"".join(fill_escaped(escape_document(document), values, token=token))
    assert joined == json.dumps(join(document, values, token=token)).encode()
