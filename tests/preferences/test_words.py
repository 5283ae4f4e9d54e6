"""Is every word of the pages that people see translated?"""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

from preferences.kind_words import say

ROOT = Path(__file__).resolve().parents[2]
_PAGES = [*(ROOT / "templates/preferences/public").glob("*.html"), *(ROOT / "templates/public").glob("*.html")]
_WORDS = re.compile(r'{% translate "([^"]+)" %}')
_BLOCKS = re.compile(r"{% blocktranslate[^%]*%}(.*?){% (?:plural|endblocktranslate) %}", re.DOTALL)
_VARIABLE = re.compile(r"{{ *(\w+) *}}")


def words_of_pages() -> set[str]:
    found: set[str] = set()
    for page in _PAGES:
        text = page.read_text(encoding="utf-8")
        found |= set(_WORDS.findall(text))
        found |= {_VARIABLE.sub(r"%(\1)s", block) for block in _BLOCKS.findall(text)}
    return found


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_word_is_translated_and_compiled(language: str) -> None:
    """Fails? Run scripts/translate, fill in the .po files, run it again."""
    with (ROOT / f"preferences/locale/{language}/LC_MESSAGES/django.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)
    words = words_of_pages()
    assert len(words) > 90
    assert [one for one in words if known.gettext(one) == one and known.ngettext(one, one, 1) == one] == []


@pytest.mark.parametrize(("language", "said"), [("de", "Bestellbestätigung"), ("es", "Confirmación del pedido")])
def test_kinds_of_mail_are_translated_by_their_own_app(language: str, said: str) -> None:
    with translation.override(language):
        assert say("Order confirmation") == said
        assert say("") == ""
