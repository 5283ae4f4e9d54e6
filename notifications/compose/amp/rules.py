"""Which tags, attributes and components does AMP for Email have?

The sources, read as of 2026, are of the AMP project's specification:

- the format: https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-format
- the tags: https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-html
- the components: https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-components
- actions: https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-actions
- CSS: https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-css

What the format allows and no mail of ours needs is refused as well: these rules are the stricter ones.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: "must not exceed 200,000 bytes"; Gmail takes 100 KB (https://developers.google.com/gmail/ampemail/tips).
MAX_BYTES = 100 * 1024
#: "The entire <style> tag cannot exceed 50,000 bytes", and Gmail's own limit lies there as well.
MAX_STYLE_BYTES = 50_000

RUNTIME = "https://cdn.ampproject.org/v0.js"
BOILERPLATE = "body{visibility:hidden}"
#: The two names of the attribute that makes a document one of these.
MARKS = frozenset(("⚡4email", "amp4email"))

#: Component -> the tags that it makes known. Each comes from AMP's own server, as https://…/v0/<name>-<version>.js.
COMPONENTS: dict[str, tuple[str, ...]] = {
    "amp-form": ("form",),
    "amp-selector": ("amp-selector",),
    "amp-bind": ("amp-state", "amp-bind-macro"),
    "amp-list": ("amp-list",),
    "amp-mustache": ("template",),
    "amp-accordion": ("amp-accordion",),
    "amp-carousel": ("amp-carousel",),
    "amp-fit-text": ("amp-fit-text",),
    "amp-sidebar": ("amp-sidebar",),
    "amp-timeago": ("amp-timeago",),
    "amp-anim": ("amp-anim",),
}
COMPONENT_OF = {tag: name for name, tags in COMPONENTS.items() for tag in tags}
COMPONENT_ADDRESS = re.compile(r"https://cdn\.ampproject\.org/v0/(amp-[a-z-]+)-(?:latest|\d+\.\d+)\.js")
#: Those that stand in the `custom-template` attribute of their script, not in `custom-element`.
TEMPLATES = frozenset(("amp-mustache",))

TAGS = _words(
    """
    a abbr address article aside b bdo blockquote body br button caption cite code col colgroup data datalist dd
    del details dfn div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html i
    input ins kbd label legend li main mark meta meter nav ol optgroup option output p pre progress q rb rp rt
    ruby s samp script section select small span strong style sub summary sup table tbody td template textarea
    tfoot th thead time title tr u ul var wbr amp-img amp-layout
    """
) | frozenset(COMPONENT_OF)
#: Those that hold nothing, with the ones that are not allowed.
VOID = _words("area base br col embed hr img input link meta param source track wbr")
#: Attributes that every tag may have, beside `data-…`, `aria-…` and, for AMP, `[…]`.
GLOBAL = _words(
    """
    class dir draggable hidden id lang role style tabindex title translate layout width height sizes media
    heights noloading fallback placeholder overflow on itemscope itemprop itemtype
    """
)
ATTRIBUTES: dict[str, frozenset[str]] = {
    name: _words(words)
    for name, words in {
        "html": "⚡4email amp4email data-css-strict",
        "meta": "charset name content",
        "script": "async src custom-element custom-template type",
        "style": "amp-custom amp4email-boilerplate",
        "a": "href target rel name",
        "table": "align bgcolor border cellpadding cellspacing summary",
        "td": "align bgcolor colspan rowspan headers valign nowrap",
        "th": "align bgcolor colspan rowspan headers scope valign nowrap",
        "tr": "align bgcolor valign", "col": "span", "colgroup": "span", "caption": "align",
        "amp-img": "src alt srcset attribution object-fit object-position",
        "amp-anim": "src alt srcset attribution controls",
        "amp-carousel": "type controls delay autoplay loop slide",
        "amp-accordion": "animate expand-single-section disable-session-states expanded",
        "section": "expanded access",
        "amp-fit-text": "min-font-size max-font-size",
        "amp-timeago": "datetime cutoff locale",
        "amp-sidebar": "side",
        "amp-list": "src items max-items single-item template binding reset-on-refresh",
        "amp-state": "", "amp-bind-macro": "arguments expression",
        "amp-selector": "name multiple disabled keyboard-select-mode form",
        "template": "type",
        "form": "action-xhr method name autocomplete novalidate custom-validation-reporting enctype target",
        "input": "type name value placeholder checked disabled readonly required min max minlength maxlength pattern"
                 " step size autocomplete list multiple inputmode form",
        "button": "type name value disabled form", "select": "name disabled required multiple size",
        "textarea": "name rows cols maxlength minlength placeholder disabled readonly required autoexpand",
        "option": "value selected disabled label option", "optgroup": "label disabled", "label": "for",
        "fieldset": "name disabled", "output": "for name", "meter": "value min max low high optimum",
        "progress": "value max", "ol": "start type reversed", "li": "value option", "blockquote": "cite", "q": "cite",
        "del": "cite datetime", "ins": "cite datetime", "time": "datetime", "data": "value", "details": "open",
        "body": "", "head": "", "title": "", "div": "align option submitting submit-success submit-error verify-error",
        "p": "align", "span": "option", "amp-layout": "",
    }.items()
}  # fmt: skip
#: Attributes that hold an address.
ADDRESSES = frozenset(("href", "src", "srcset", "action-xhr", "cite"))
#: "It is prohibited to bind to [href] or [src]."
UNBINDABLE = frozenset(("[href]", "[src]", "[srcset]", "data-amp-bind-href", "data-amp-bind-src"))
#: "It is also prohibited to use the AMP.print, AMP.navigateTo and AMP.goBack actions."
REFUSED_ACTIONS = re.compile(r"AMP\s*\.\s*(?:print|navigateTo|goBack)", re.IGNORECASE)
#: "type" of an <input> that AMP for Email has not.
REFUSED_INPUTS = frozenset(("image", "button", "password", "file"))
#: What a style may not hold: the validator's own list.
REFUSED_STYLE = re.compile(
    r"!important|@import|@charset|-moz-binding|behavior\s*:|expression\s*\(|</?style|i-amphtml", re.IGNORECASE
)
