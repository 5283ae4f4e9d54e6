"""What may a rule speak of here? Attributes, topics, lists and segments as they are now, each kind read once."""

from __future__ import annotations

from functools import cached_property

from campaigns.models import Campaign, Segment
from campaigns.segments.faults import BadRule
from preferences.models import Attribute, ContactList, Topic
from tracking.schemas import EventSchema, find_schema, known_names

#: So many campaigns are offered to choose from; older ones are known all the same.
MOST_MAILINGS = 200


class Known:
    """Looks names up; what is not there is a BadRule that says what to do."""

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """Definitions by key."""
        return {one.key: one for one in Attribute.objects.all()}

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Topics by key."""
        return {one.key: one for one in Topic.objects.all()}

    @cached_property
    def lists(self) -> dict[int, str]:
        """Names of lists by id."""
        return dict(ContactList.objects.values_list("id", "name"))

    @cached_property
    def segments(self) -> dict[int, Segment]:
        """All segments by id."""
        return {one.pk: one for one in Segment.objects.all()}

    @cached_property
    def mailings(self) -> dict[str, str]:
        """Names of the newest campaigns that began, by the source of their mails."""
        newest = Campaign.objects.filter(run__isnull=False).order_by("-pk")[:MOST_MAILINGS]
        return {one.source: one.name for one in newest}

    def mailing(self, source: str) -> str:
        """What a source is called; its key where nobody knows it."""
        number = source.removeprefix("campaign:")
        if source in self.mailings or not number.isdecimal() or len(number) > 18:
            return self.mailings.get(source, source)
        return Campaign.objects.filter(pk=number).values_list("name", flat=True).first() or source

    @property
    def events(self) -> list[str]:
        """Declared names of events."""
        return known_names()

    def attribute(self, key: str, kind: str) -> Attribute:
        """The definition of an attribute that is of this kind."""
        found = self.attributes.get(key)
        if found is None:
            raise BadRule(f"There is no attribute “{key}” (any more). Choose another, or define it.")
        if found.kind != kind:
            raise BadRule(f"The attribute “{found.name}” is now a {found.get_kind_display().lower()}. Choose it again.")
        return found

    def topic(self, key: str) -> Topic:
        """The topic of this key."""
        found = self.topics.get(key)
        if found is None:
            raise BadRule(f"There is no topic “{key}” (any more). Choose another.")
        return found

    def list_name(self, number: int) -> str:
        """What a list is called."""
        found = self.lists.get(number)
        if found is None:
            raise BadRule("The list was deleted. Choose another.")
        return found

    def segment(self, number: int) -> Segment:
        """A segment that is not archived."""
        found = self.segments.get(number)
        if found is None:
            raise BadRule("The segment was deleted. Choose another.")
        if found.archived_at is not None:
            raise BadRule(f"The segment “{found.name}” is archived. Choose another, or bring it back.")
        return found

    def schema(self, name: str) -> EventSchema:
        """The declaration of an event."""
        found = find_schema(name)
        if found is None:
            raise BadRule(f"No event “{name}” is declared (any more). Choose another.")
        return found
