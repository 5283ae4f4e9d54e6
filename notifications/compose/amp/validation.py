"""May this AMP document be sent? Everything that is wrong with it, each with its line and what to do.

Mail programs drop an AMP part that breaks one rule, and show the HTML without a word. So the rules of the format are
checked before it is published; `rules` names where each of them is written down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from notifications.compose.amp.liquid import check_liquid
from notifications.compose.amp.reading import Element, Read, read_document
from notifications.compose.amp.rules import (
    ADDRESSES,
    ATTRIBUTES,
    BOILERPLATE,
    COMPONENT_ADDRESS,
    COMPONENT_OF,
    COMPONENTS,
    GLOBAL,
    MARKS,
    MAX_BYTES,
    MAX_STYLE_BYTES,
    REFUSED_ACTIONS,
    REFUSED_INPUTS,
    REFUSED_STYLE,
    RUNTIME,
    TAGS,
    TEMPLATES,
    UNBINDABLE,
)
from notifications.compose.findings import Finding
from notifications.compose.source import Piece

#: Told at most: who mends the first ones, mends the others.
MOST = 30

_SPACE = re.compile(r"\s+")
_INSTEAD = {
    "img": "write <amp-img> with src, alt, width and height",
    "iframe": "nothing can be embedded in a mail",
    "video": "a mail has no film: link to it, or show an <amp-anim>",
    "audio": "a mail has no sound: link to it",
    "link": "a mail takes no style or font from elsewhere: use <style amp-custom>",
    "center": "use a style",
    "font": "use a style",
    "base": "give every address in full",
}

Rule = Callable[[Read], Iterator[tuple[int, str]]]


def find_faults(piece: Piece) -> tuple[Finding, ...]:
    """What keeps a document from being AMP for Email, in its order. Raises SourceFault where its Liquid never ends."""
    if (size := len(piece.text.encode())) > MAX_BYTES:
        reason = f"{size // 1024} KB: mail programs show an AMP part of at most {MAX_BYTES // 1024} KB"
        return (piece.finding(0, reason),)
    read = read_document(piece)
    found = {Finding(file=piece.file, line=line, reason=reason): None for rule in RULES for line, reason in rule(read)}
    found |= dict.fromkeys([*read.findings, *check_liquid(piece, read)])
    return tuple(sorted(found, key=lambda one: one.line)[:MOST])


def _check_frame(read: Read) -> Iterator[tuple[int, str]]:
    """Doctype, html, head, charset, runtime and boilerplate."""
    if read.declarations[:1] != ["doctype html"]:
        yield 1, "it begins with <!doctype html>"
    elements = read.elements
    html = [one for one in elements if one.tag == "html"]
    if len(html) != 1 or not MARKS & {name for name, _ in html[0].attributes} or html[0].parents:
        yield 1, "one <html ⚡4email> holds everything; <html amp4email> says the same"
    for tag in ("head", "body"):
        if [one.parents for one in elements if one.tag == tag] != [("html",)]:
            yield 1, f"there is one <{tag}> in <html>"
    head = [one for one in elements if one.parents == ("html", "head")]
    if not head or (head[0].tag, (head[0].get("charset") or "").lower()) != ("meta", "utf-8"):
        yield 1, '<meta charset="utf-8"> is the first thing in <head>'
    yield from _check_once(read, head)


def _check_once(read: Read, head: list[Element]) -> Iterator[tuple[int, str]]:
    if len([one for one in head if one.get("src") == RUNTIME]) != 1:
        yield 1, f'<head> holds <script async src="{RUNTIME}"></script> once'
    plates = [(one, text) for one, text in read.texts if one.get("amp4email-boilerplate") is not None]
    if len(plates) != 1 or _SPACE.sub("", plates[0][1]).rstrip(";}") != BOILERPLATE.rstrip("}"):
        yield 1, f"<head> holds <style amp4email-boilerplate>{BOILERPLATE}</style> once, as it is written here"
    customs = [one for one in read.elements if one.get("amp-custom") is not None]
    for one in customs[1:]:
        yield one.line, "there is one <style amp-custom> only: put all styles into it"


def _check_tags(read: Read) -> Iterator[tuple[int, str]]:
    loaded = {found[1] for one in read.elements if (found := COMPONENT_ADDRESS.fullmatch(one.get("src") or ""))}
    for one in read.elements:
        if one.tag not in TAGS:
            instead = _INSTEAD.get(one.tag, "AMP for Email has no such tag")
            yield one.line, f"<{one.tag}> is not allowed: {instead}"
        elif (component := COMPONENT_OF.get(one.tag, "")) and component not in loaded:
            kind = "custom-template" if component in TEMPLATES else "custom-element"
            address = f"https://cdn.ampproject.org/v0/{component}-0.1.js"
            yield one.line, f'<{one.tag}> needs <script async {kind}="{component}" src="{address}"></script> in <head>'
        if one.tag in {"amp-img", "amp-anim"} and not _has_size(one):
            yield one.line, f"<{one.tag}> needs width and height, or a layout such as fill"
        if one.tag == "amp-img" and one.get("alt") is None:
            yield (
                one.line,
                'say in alt="…" what the picture shows; leave it empty where it only decorates',
            )
        yield from _check_place(one)


def _has_size(one: Element) -> bool:
    layout = one.get("layout")
    is_measured = one.get("height") and (one.get("width") or layout == "fixed-height")
    return bool(is_measured) or layout in {"fill", "nodisplay"}


def _check_place(one: Element) -> Iterator[tuple[int, str]]:
    if one.tag in {"meta", "title"} and "head" not in one.parents:
        yield one.line, f"<{one.tag}> belongs into <head>"
    if one.tag == "style" and one.parents != ("html", "head"):
        yield one.line, "<style> belongs into <head>"
    if "template" in one.parents and one.tag == "template":
        yield one.line, "a <template> in a <template> is not allowed"
    if one.tag == "template" and one.get("type") != "amp-mustache":
        yield one.line, 'a <template> is of type="amp-mustache"'
    if one.tag == "form" and (
        one.get("action-xhr") is None or (one.get("method") or "").lower() not in {"get", "post"}
    ):
        yield one.line, 'a <form> has method="post" or "get" and an action-xhr address'
    if one.tag == "input" and (one.get("type") or "text").lower() in REFUSED_INPUTS:
        yield one.line, f'<input type="{one.get("type")}"> is not allowed in a mail'
    if one.tag == "a" and one.get("target") not in {None, "_blank"}:
        yield one.line, 'a link opens in target="_blank"'


def _check_scripts(read: Read) -> Iterator[tuple[int, str]]:
    """Only AMP's own, and JSON for its components."""
    texts = {id(one): text for one, text in read.texts}
    for one in read.elements:
        if one.tag != "script":
            continue
        source = one.get("src")
        if source is None:
            is_state = (one.get("type") or "").lower() == "application/json" and one.parents[-1:] == ("amp-state",)
            if not is_state:
                yield one.line, "a script of one's own is not allowed: what moves in a mail is an AMP component"
        elif one.parents != ("html", "head"):
            yield one.line, "<script> belongs into <head>"
        elif texts.get(id(one), "").strip():
            yield one.line, "a <script> with an address holds nothing itself"
        else:
            yield from _check_source(one, source)


def _check_source(one: Element, source: str) -> Iterator[tuple[int, str]]:
    if source == RUNTIME:
        return
    found = COMPONENT_ADDRESS.fullmatch(source)
    if not found or found[1] not in COMPONENTS:
        yield one.line, f"`{source[:100]}` is no script that AMP for Email has: only those of its own components are"
        return
    kind = "custom-template" if found[1] in TEMPLATES else "custom-element"
    if one.get(kind) != found[1] or one.get("async") is None:
        yield one.line, f'this script is written <script async {kind}="{found[1]}" src="{source}"></script>'


def _check_styles(read: Read) -> Iterator[tuple[int, str]]:
    for one, text in read.texts:
        if one.tag != "style" or one.get("amp4email-boilerplate") is not None:
            continue
        if one.get("amp-custom") is None:
            yield one.line, "a style of one's own is <style amp-custom>"
        if (size := len(text.encode())) > MAX_STYLE_BYTES:
            yield one.line, f"{size // 1000} KB of styles; mail programs take {MAX_STYLE_BYTES // 1000}"
        yield from _check_style(one.line, text)
    for one in read.elements:
        yield from _check_style(one.line, one.get("style") or "")


def _check_style(line: int, text: str) -> Iterator[tuple[int, str]]:
    for found in REFUSED_STYLE.finditer(text):
        yield line + text.count("\n", 0, found.start()), f"`{found[0]}` is not allowed in a style"
    for found in re.finditer(r"url\(\s*['\"]?([^'\")]*)", text, re.IGNORECASE):
        if not found[1].lower().startswith("https://"):
            yield line + text.count("\n", 0, found.start()), "a picture in a style begins with https://"


def _check_attributes(read: Read) -> Iterator[tuple[int, str]]:
    for one in (one for one in read.elements if one.tag in TAGS):
        known = GLOBAL | ATTRIBUTES.get(one.tag, frozenset())
        for name, value in one.attributes:
            if name in UNBINDABLE:
                yield one.line, f"`{name}` is not allowed: where a link or a picture leads cannot change in a mail"
            elif name.startswith("on") and name != "on":
                yield one.line, f'`{name}` is not allowed: write on="tap:…" with an action of AMP'
            elif not (name in known or name.startswith(("data-", "aria-", "[")) or read.tokens.search(name)):
                yield one.line, f"<{one.tag}> takes no `{name}`"
            if name == "on" and (found := REFUSED_ACTIONS.search(value)):
                yield one.line, f"the action `{found[0]}` is not allowed in a mail"
            if name in ADDRESSES and one.tag != "script":
                yield from _check_address(one, name, value, read)


def _check_address(one: Element, name: str, value: str, read: Read) -> Iterator[tuple[int, str]]:
    for address in (
        (part.split()[0] if part.split() else "" for part in value.split(",")) if name == "srcset" else (value,)
    ):
        address = address.strip()  # noqa: PLW2901 - the same address, without the room around it
        if read.tokens.match(address) or (is_in_template(one) and address.startswith("{{")):
            continue  # `check_liquid` says which values may be a whole address
        schemes = ("https://", "mailto:", "tel:") if one.tag == "a" else ("https://",)
        if not address.lower().startswith(schemes):
            yield one.line, f"`{name}` of <{one.tag}> begins with https://, not `{address[:40]}`"


def is_in_template(one: Element) -> bool:
    """Whether AMP's Mustache fills it in, with what comes from the sender's own server."""
    return "template" in one.parents


RULES: tuple[Rule, ...] = (_check_frame, _check_tags, _check_scripts, _check_styles, _check_attributes)
