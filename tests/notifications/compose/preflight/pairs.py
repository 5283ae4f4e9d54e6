"""What do a mail that passes a check, and one that does not, have in common? All but one line."""

from __future__ import annotations

from typing import Any, NamedTuple

from config.outbound import Answer, Refusal
from notifications.compose.preflight.findings import Severity
from tests.notifications.compose.making import section
from tests.notifications.compose.preflight.making import FOOTER, LAYOUT, body, findings, inspect

PICTURE = "https://harbour.shop/cup.png"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (600).to_bytes(4, "big") + b"\0\0\0\x01"

Written = dict[str, Any]  # what `inspect` takes


class Pair(NamedTuple):
    """`bad` has a finding of this code and severity, `good` has none."""

    code: str
    severity: Severity
    good: Written
    bad: Written


def check_pair(pair: Pair) -> None:
    assert pair.severity not in {one.severity for one in findings(inspect(**pair.good), pair.code)}
    found = findings(inspect(**pair.bad), pair.code)
    assert pair.severity in {one.severity for one in found}
    assert [one.sentence for one in found if not one.sentence.endswith((".", "?"))] == []
    assert [one.sentence for one in found if not one.mend and one.severity != Severity.INFORM] == []


def name_of(pair: Pair) -> str:
    return f"{pair.code}-{pair.severity}"


def w(written: str, **fields: Any) -> Written:
    return {"written": written, **fields}


def a(address: str, label: str = "Look") -> str:
    return body(f'<a href="{address}">{label}</a>')


def image(attributes: str) -> str:
    return body("") + section(f"<mj-image {attributes} />")


def picture(address: str) -> Written:
    return w(image(f'src="{address}" alt="A cup"'))


def styled(style: str, words: str = "Look at our cups") -> str:
    return body(f'<span style="{style}">{words}</span>')


def layout(footer: str) -> str:
    return LAYOUT.replace(FOOTER, footer)


def darkened(rule: str) -> str:
    """The layout with a rule for dark mode."""
    style = f"<mj-style>@media (prefers-color-scheme: dark) {{ {rule} }}</mj-style>"
    return LAYOUT.replace("</mj-head>", f"{style}</mj-head>")


def says(
    status: int = 200, url: str = "https://harbour.shop/", octets: bytes = b"", hops: int = 1, **headers: str
) -> Answer:
    return Answer(url=url, status=status, headers=headers, body=octets, hops=("x",) * hops, seconds=0.1)


def refused(code: str) -> Refusal:
    return Refusal(url="https://harbour.shop/", code=code, reason="It is so.")


def answered(answer: Answer | Refusal) -> Written:
    return w(body(""), answers={"https://harbour.shop/": answer})


def pictured(answer: Answer | Refusal) -> Written:
    return w(image(f'src="{PICTURE}" alt="A cup" width="300px"'), answers={PICTURE: answer})
