"""Where is a saved block used, and how do the mails that use it come to say what it says now?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from notifications.catalog import secret_paths
from notifications.compose.blocks.models import SavedBlock
from notifications.compose.blocks.sharing import keys_of
from notifications.compose.blocks.tree import Blocks, store_blocks
from notifications.compose.compilation import compile_source
from notifications.compose.drafts.content import content_of
from notifications.compose.drafts.models import DraftRevision, TemplateDraft
from notifications.compose.drafts.source import source_of
from notifications.compose.findings import SourceFault
from notifications.compose.models import Origin, Publication, TemplateVersion
from notifications.compose.preflight.gate import decide
from notifications.compose.source import TemplateSource
from notifications.compose.versions import publish
from notifications.preflight_gate import acknowledged_keys, findings_of_source


class ChangedMeanwhile(Exception):
    """Somebody else saved the block since it was opened."""


class InUse(Exception):
    """A block that mails use is not removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Where a block is used: in what is sent, by language, and in drafts."""

    publications: list[Publication] = field(default_factory=list)
    drafts: list[TemplateDraft] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.publications) + len(self.drafts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Republished:
    """What became of one mail: its new version, or why it stays as it was."""

    publication: Publication
    ref: str = ""
    refused: str = ""


def find_uses() -> Mapping[str, Uses]:
    """Of every saved block, by key; a few queries whatever their number."""
    found: defaultdict[str, Uses] = defaultdict(Uses)
    published = Publication.objects.filter(version__blocks__isnull=False)
    for one in published.select_related("template", "version__template").defer("version__compiled"):
        for key in keys_of(one.version.blocks):
            found[key].publications.append(one)
    current = DraftRevision.objects.filter(number=F("draft__revision")).select_related("draft__template")
    for revision in current:
        for key in keys_of(revision.content.get("blocks")):
            found[key].drafts.append(revision.draft)
    return found


def behind(uses: Uses) -> list[Publication]:
    """The mails that are sent with what the block said before."""
    return [one for one in uses.publications if _mjml(one.version) != one.version.mjml_source]


def republish(key: str, *, author: str) -> list[Republished]:
    """Publish again, each in its language, the mails that are behind; those that a preflight stops stay as they are."""
    uses = find_uses().get(key, Uses())
    return [_republish(one, key, author=author) for one in behind(uses)]


@transaction.atomic
def change_block(key: str, blocks: Blocks, *, name: str, opened: datetime, author: str) -> SavedBlock:
    """Let it say this from now on, in mails that are published from now on. Raises ChangedMeanwhile."""
    held = SavedBlock.objects.select_for_update().get(key=key)
    if held.updated_at != opened:
        raise ChangedMeanwhile
    held.name, held.blocks, held.author = name[:200], store_blocks(blocks), author
    held.save(update_fields=["name", "blocks", "author", "updated_at"])
    return held


@transaction.atomic
def remove_block(key: str) -> None:
    """Forget a block that nothing uses. Raises InUse."""
    held = SavedBlock.objects.select_for_update().get(key=key)
    if find_uses().get(key, Uses()).count:
        raise InUse
    held.delete()


def _republish(publication: Publication, key: str, *, author: str) -> Republished:
    version = publication.version
    try:
        source = _source(version)
        compiled = compile_source(source, secrets=secret_paths(source.key))
    except SourceFault as fault:
        return Republished(publication=publication, refused=str(fault.findings[0]))
    findings = findings_of_source(source, compiled)
    decision = decide(findings, acknowledged=acknowledged_keys(version.template))
    if not decision.allowed:
        first = (*decision.stops, *decision.unseen)[0]
        return Republished(publication=publication, refused=first.sentence)
    made = publish(source.key, source, author=author, origin=Origin.CONSOLE, note=f"With the block {key} as it is now")
    return Republished(publication=publication, ref=made.ref)


def _source(version: TemplateVersion) -> TemplateSource:
    return source_of(content_of(version), key=version.template.key, locale=version.locale)


def _mjml(version: TemplateVersion) -> str:
    try:
        return _source(version).body.text
    except SourceFault:
        return ""
