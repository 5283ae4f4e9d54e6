"""What would a browser send if somebody pressed a button of this page? For tests without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

Fields = dict[str, list[str]]


def filled_form(page: str, *, button: str) -> Fields:
    """The fields of the form that has the button of this value, as they stand, and the button itself."""
    reader = _Reader()
    reader.feed(page)
    return next({**fields, "step": [button]} for fields, buttons in reader.forms if button in buttons)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[Fields, set[str]]] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form":
            self.forms.append(({}, set()))
        elif tag == "button" and self.forms:
            self.forms[-1][1].add(value)
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in has))
        elif tag == "input" and self.forms and (has.get("type") not in {"checkbox", "radio"} or "checked" in has):
            self.forms[-1][0].setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            chosen = [value for value, is_selected in self._options if is_selected] or [self._options[0][0]]
            self.forms[-1][0][self._select] = [chosen[0]]
