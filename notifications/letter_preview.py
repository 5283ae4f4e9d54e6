"""What would a waiting mail look like if it were sent now? Rendered as the pipeline does, without its secrets."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from notifications.catalog import secret_paths
from notifications.catalog.channels import channel_of
from notifications.compose.models import TemplateVersion
from notifications.compose.render import NothingToCarry, RenderFault, join, load_version, render
from notifications.compose.segments import Length, measure
from notifications.delivery.deadletters import version_to_send
from notifications.delivery.models import DeadLetter
from notifications.delivery.senders import identity_of
from notifications.delivery.variables import Person, load_people, variables_for
from notifications.explanation import in_words
from notifications.preview import inert

#: Stands for what the recipient alone may read.
MASK = "(hidden)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """The mail as it would be sent; `note` says why there is nothing to show."""

    subject: str = ""
    html: str = ""
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    note: str = ""
    length: Length | None = None  # of a text message
    newer_version: str = ""  # the version it would be sent in, where that is another one than it died in


def render_letter(letter: DeadLetter) -> LetterView:
    """Render a dead letter for staff; links and opens are not counted, secret fields are masked."""
    if letter.discarded_at is not None:
        return LetterView(note="It was discarded, and its contents with it.")
    person = load_people([letter.contact_id]).get(letter.contact_id)
    if person is None:
        return LetterView(note="The person was erased, so there is nobody to render it for.")
    try:
        return _render(letter, person)
    except ObjectDoesNotExist:
        return LetterView(note=f"{in_words('no_template')}.")
    except NothingToCarry:
        return LetterView(note=f"{in_words('nothing_to_carry')}.")
    except RenderFault as fault:
        return LetterView(note=f"{in_words(fault.reason)}: {fault.detail}")


def _render(letter: DeadLetter, person: Person) -> LetterView:
    version = TemplateVersion.objects.select_related("template").get(pk=version_to_send(letter))
    loaded = load_version(version.pk, tracked=False, channel=letter.channel)
    values = render(loaded, _variables(letter, person, version.template.key), token="preview")  # noqa: S106 - no password
    subject, html, text = (join(part, values, token="preview") for part in (loaded.subject, loaded.html, loaded.text))  # noqa: S106
    if not channel_of(letter.channel).is_mail:
        ref = version.ref if version.pk != letter.template_version_id else ""
        return LetterView(text=text, length=measure(text), newer_version=ref)
    headers = (("From", identity_of(letter.stream).sender), ("To", person.address), ("Subject", subject))
    ref = version.ref if version.pk != letter.template_version_id else ""
    return LetterView(subject=subject, html=inert(html), text=text, headers=headers, newer_version=ref)


def _variables(letter: DeadLetter, person: Person, template_key: str) -> dict[str, Any]:
    """What the template sees. The sealed values are not even opened here."""
    bare = copy(letter)
    bare.secrets = None
    variables, _ = variables_for(bare, person)  # type: ignore[arg-type] # reads what all waiting mails have
    names = (path.removeprefix("payload.") for path in secret_paths(template_key))
    return {**variables, "payload": {**variables["payload"], **dict.fromkeys(names, MASK)}}
