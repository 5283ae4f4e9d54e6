"""How is a kind of mail called in the language of the page? As Django's catalogues translate what its type says."""

from __future__ import annotations

from django.utils.translation import gettext


def say(words: str) -> str:
    """What a type declares ("Order confirmation", marked with gettext_noop), in the active language."""
    return gettext(str(words)) if words else ""  # of the empty text there is only a catalogue's heading
