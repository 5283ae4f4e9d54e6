"""How does what was written in the console become files in the repository?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from notifications.compose.models import Origin, Publication, TemplateVersion
from notifications.compose.source import BASE_LAYOUT, FENCE

_NEEDS_QUOTES = re.compile(r"^\s|\s$|^([\"']).*\1$|^$")


def versions_to_export(keys: Iterable[str] = ()) -> Iterator[TemplateVersion]:
    """What is sent and was written in the console; of these templates, or of all."""
    published = Publication.objects.filter(version__origin=Origin.CONSOLE).select_related("version__template")
    wanted = set(keys)
    for one in published.order_by("template__key", "locale"):
        if not wanted or one.version.template.key in wanted:
            yield one.version


def files_of(version: TemplateVersion) -> dict[str, str]:
    """File name to text: the template, and the text and AMP parts that were written by hand."""
    stem = ".".join(filter(None, (version.template.key, version.locale)))
    texts = {f"{stem}.txt": version.text_source, f"{stem}.sms.txt": version.sms_source}
    beside = {name: text for name, text in texts.items() if text}
    matter = "\n".join(_matter(version, beside, stem))
    amp = {f"{stem}.amp.html": version.amp_source} if version.amp_source else {}
    return {f"{stem}.mjml": f"{FENCE}\n{matter}\n{FENCE}\n{version.mjml_source}", **beside, **amp}


def write_files(version: TemplateVersion, folder: Path) -> list[Path]:
    """Write them, over what is there; the paths that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in files_of(version).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        paths.append(folder / name)
    return paths


def _matter(version: TemplateVersion, beside: Iterable[str], stem: str) -> Iterator[str]:
    yield f"subject: {_quoted(version.subject_source)}"
    if version.preheader_source:
        yield f"preheader: {_quoted(version.preheader_source)}"
    if version.layout != BASE_LAYOUT:
        yield f"layout: {version.layout}"
    if version.brand_key:
        yield f"brand: {version.brand_key}"
    for name in beside:
        yield f"{'sms' if name == f'{stem}.sms.txt' else 'text'}: {name}"
    if version.defaults:
        yield "defaults:"
    for path, value in version.defaults.items():
        yield f"  {path}: {json.dumps(value, ensure_ascii=False)}"


def _quoted(text: str) -> str:
    return f'"{text}"' if _NEEDS_QUOTES.search(text) else text
