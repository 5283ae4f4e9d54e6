"""How are a brand's values called on screen and in the notes of versions?"""

from __future__ import annotations

from collections.abc import Iterable

WORDS: dict[str, str] = {
    "name": "name",
    "address": "postal address",
    "url": "website",
    "logo_url": "logo",
    "font": "font",
    "heading_font": "font of headings",
    "color": "accent colour",
    "background": "background",
    "surface": "colour behind the text",
    "text": "text colour",
    "quiet": "colour of small print",
    "line": "colour of lines",
    "button": "button colour",
    "button_text": "button colour",
    "link": "link colour",
}


def word_for(path: str) -> str:
    """`dark.text` is the dark text colour, `social.x` the social links, and a further value is called by its name."""
    root, _, rest = path.partition(".")
    if root in {"social", "has_social"}:
        return "social links"
    if root == "dark":
        return f"dark {WORDS.get(rest, rest)}"
    return WORDS.get(root, f"“{root}”")


def words_for(paths: Iterable[str]) -> tuple[str, ...]:
    """The same for several, each once."""
    return tuple(dict.fromkeys(map(word_for, paths)))


def note_for(paths: Iterable[str]) -> str:
    """What a history or a version's note says of a change."""
    return f"Brand changed: {', '.join(words_for(paths)) or 'nothing'}"[:500]
