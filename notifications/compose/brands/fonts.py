"""Which fonts may a mail count on? Families that come with computers and phones, from the wanted one to any."""

from __future__ import annotations

#: Without quotes, so that a stack may stand in any attribute and style.
STACKS: dict[str, str] = {
    "system": "-apple-system, BlinkMacSystemFont, Segoe UI, Helvetica, Arial, sans-serif",
    "arial": "Arial, Helvetica, sans-serif",
    "verdana": "Verdana, Geneva, sans-serif",
    "trebuchet": "Trebuchet MS, Tahoma, sans-serif",
    "georgia": "Georgia, Times New Roman, serif",
    "palatino": "Palatino Linotype, Palatino, Book Antiqua, Georgia, serif",
    "courier": "Courier New, Courier, monospace",
}
LABELS: dict[str, str] = {
    "system": "The reader's system font",
    "arial": "Arial, Helvetica",
    "verdana": "Verdana",
    "trebuchet": "Trebuchet",
    "georgia": "Georgia",
    "palatino": "Palatino",
    "courier": "Courier",
}
DEFAULT = "system"
