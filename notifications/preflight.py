"""Is a template fit to be sent? A file's or a version's, with all that a preflight must know of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from django.conf import settings

from config.outbound import Answer, Refusal, fetch, fetch_all, policy_from_settings
from notifications.catalog import secret_paths
from notifications.compose.brands.choosing import values_for
from notifications.compose.brands.values import Values, complete, settings_values
from notifications.compose.compilation import Compiled, compile_source
from notifications.compose.models import TemplateVersion
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.running import Group
from notifications.compose.preflight.sampling import Reader, render_samples
from notifications.compose.source import LAYOUTS, Piece, TemplateSource
from notifications.compose.sync import email_directories, read_file, template_files
from notifications.preflight_facts import gather_facts, if_there
from notifications.preflight_readers import made_up_readers

#: Of one question to the network, and of all together: somebody waits at a page of the console.
SECONDS, SECONDS_IN_ALL = 6.0, 15.0
PICTURE_BYTES = 2 * 1024 * 1024


def find_files(keys: Iterable[str] = ()) -> list[Path]:
    """The template files with these keys, or all."""
    wanted = frozenset(keys)
    return [path for path in template_files() if not wanted or path.stem in wanted]


def find_version(template_key: str) -> TemplateVersion | None:
    """The version that is sent now, or the newest where none is published."""
    versions = TemplateVersion.objects.select_related("template").filter(template__key=template_key, base=None)
    newest = versions.order_by("-number").first()
    return (newest and newest.template.published) or newest


def inspect_file(path: Path, readers: Sequence[Reader] = ()) -> Inspection:
    """A template file; rendered for these readers first. Raises SourceFault where it cannot be compiled."""
    source = read_file(path)
    brand = if_there(lambda: values_for(source), settings_values())
    return _inspect(source, compile_source(source, secrets=secret_paths(source.key)), readers, brand)


def inspect_version(version: TemplateVersion, readers: Sequence[Reader] = ()) -> Inspection:
    """A stored version, as it is sent."""
    stored = version.compiled
    compiled = Compiled(
        subject=stored["subject"], html=stored["html"], text=stored["text"], links=tuple(stored["links"]),
        sms=stored.get("sms") or "", amp=stored.get("amp") or "",
    )  # fmt: skip
    return _inspect(_source_of(version), compiled, readers, complete(version.brand))


def inspect_source(source: TemplateSource, compiled: Compiled, readers: Sequence[Reader] = ()) -> Inspection:
    """What is being written, compiled."""
    return _inspect(source, compiled, readers, values_for(source))


def ask(group: Group, addresses: Iterable[str]) -> dict[str, Answer | Refusal]:
    """What is at these addresses; asked side by side, within the bounds of a check."""
    is_picture = group.key == "pictures"
    policy = policy_from_settings(**({"most_bytes": PICTURE_BYTES} if is_picture else {}))
    end = monotonic() + SECONDS_IN_ALL

    def ask_one(url: str) -> Answer | Refusal:
        left = end - monotonic()
        if left <= 0:
            return Refusal(url=url, code="too_slow", reason="The others took so long that it was not asked.")
        return fetch(url, policy=replace(policy, seconds=min(SECONDS, left)), wants_body=is_picture)

    return fetch_all(addresses, ask_one)


def _inspect(source: TemplateSource, compiled: Compiled, readers: Sequence[Reader], brand: Values) -> Inspection:
    samples = render_samples(
        source, compiled, [*_named_first(readers, source.key)], brand=brand,
        public_url=settings.POSTRIDER_PUBLIC_URL,
    )  # fmt: skip
    return Inspection(source=source, compiled=compiled, samples=samples, facts=gather_facts(source.key, brand))


def _named_first(readers: Sequence[Reader], key: str) -> Iterable[Reader]:
    """One reader was asked for by name: the mail is theirs. Many are an audience: somebody made up goes first."""
    return (*readers, *made_up_readers(key)) if len(readers) == 1 else (*made_up_readers(key), *readers)


def _source_of(version: TemplateVersion) -> TemplateSource:
    """What a version was compiled from. Its layout is kept by name only, so places in it are those of today."""

    def piece(text: str, name: str) -> Piece:
        return Piece(text=text, file=f"{version.ref} {name}")

    return TemplateSource(
        key=version.template.key,
        subject=piece(version.subject_source, "subject"),
        preheader=piece(version.preheader_source, "preheader"),
        body=piece(version.mjml_source, "MJML"),
        layout_name=version.layout,
        layout=_layout(version.layout),
        text=piece(version.text_source, "text") if version.text_source else None,
        amp=piece(version.amp_source, "AMP part") if version.amp_source else None,
        defaults=version.defaults,
    )


def _layout(name: str) -> Piece:
    file = f"{LAYOUTS}/{name}.mjml"
    found = (directory / file for directory in email_directories() if (directory / file).is_file())
    path = next(found, None)
    return Piece(text=path.read_text(encoding="utf-8") if path else "", file=file)
