"""What did the person choose and agree to, and what stands against mail to them?"""

from __future__ import annotations

from typing import ClassVar, Literal

from campaigns.segments.conditions.base import Condition, Key
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, join_pieces, negate

# The wish that speaks of mail about a topic most specifically, in the order of `preferences.eligibility`.
_WISH = (
    "SELECT h.contact_id FROM preferences_choice h WHERE h.type_key = '' AND h.channel IN ('', 'email')"
    " AND (h.topic_id = %s OR h.topic_id IS NULL) GROUP BY h.contact_id"
    " HAVING (array_agg(h.frequency ORDER BY h.topic_id IS NOT NULL DESC, h.channel <> '' DESC))[1]"
)


class Subscribed(Condition):
    label: ClassVar[str] = "Topic"

    type: Literal["topic"]
    topic: Key
    is_so: bool = True

    def test(self, into: Statement) -> Piece:
        topic = into.known.topic(self.topic)
        if topic.is_default_on:
            wishes = negate(into.member(Piece(f"{_WISH} = 'never'", (topic.pk,))))
        else:
            wishes = into.member(Piece(f"{_WISH} <> 'never'", (topic.pk,)))
        subscribed = join_pieces(" AND ", [Piece("NOT c.is_unconfirmed"), wishes])
        return subscribed if self.is_so else negate(subscribed)

    def say(self, known: Known) -> str:
        return f"who is {'' if self.is_so else 'not '}subscribed to {known.topic(self.topic).name}"

    def evidence(self, into: Statement) -> Piece:
        topic = into.known.topic(self.topic)
        default = "nothing chosen: on" if topic.is_default_on else "nothing chosen: off"
        sql = (
            "CASE WHEN c.is_unconfirmed THEN 'address not confirmed' ELSE coalesce((SELECT h.frequency"
            " FROM preferences_choice h WHERE h.contact_id = c.id AND h.type_key = '' AND h.channel IN ('', 'email')"
            " AND (h.topic_id = %s OR h.topic_id IS NULL)"
            " ORDER BY h.topic_id IS NOT NULL DESC, h.channel <> '' DESC LIMIT 1), %s) END"
        )
        return Piece(sql, (topic.pk, default))


class Consented(Condition):
    label: ClassVar[str] = "Consent"

    type: Literal["consent"]
    topic: Key | None = None  # None: to everything
    test_is: Literal["given", "asked", "withdrawn", "none"] = "given"

    def test(self, into: Statement) -> Piece:
        newest = Piece(
            "SELECT DISTINCT ON (r.contact_id) r.contact_id, r.action FROM preferences_consentrecord r"
            " WHERE r.topic_id IS NOT DISTINCT FROM %s ORDER BY r.contact_id, r.id DESC",
            (self._topic_id(into.known),),
        )
        actions = {"given": ["confirmed", "granted"], "asked": ["asked"], "withdrawn": ["withdrawn"]}
        if self.test_is == "none":
            return negate(into.member(Piece(f"SELECT n.contact_id FROM ({newest.sql}) n", newest.values)))
        sql = f"SELECT n.contact_id FROM ({newest.sql}) n WHERE n.action = ANY(%s::text[])"
        return into.member(Piece(sql, (*newest.values, actions[self.test_is])))

    def _topic_id(self, known: Known) -> int | None:
        return known.topic(self.topic).pk if self.topic else None

    def say(self, known: Known) -> str:
        about = known.topic(self.topic).name if self.topic else "everything"
        return {
            "given": f"who has agreed to {about}", "asked": f"who has asked for {about} and not confirmed it",
            "withdrawn": f"who has withdrawn the consent to {about}", "none": f"who was never asked about {about}",
        }[self.test_is]  # fmt: skip

    def evidence(self, into: Statement) -> Piece:
        sql = (
            "(SELECT r.action || to_char(r.occurred_at AT TIME ZONE 'UTC', ' YYYY-MM-DD')"
            " FROM preferences_consentrecord r WHERE r.contact_id = c.id AND r.topic_id IS NOT DISTINCT FROM %s"
            " ORDER BY r.id DESC LIMIT 1)"
        )
        return Piece(sql, (self._topic_id(into.known),))


class Suppressed(Condition):
    label: ClassVar[str] = "Suppression"

    type: Literal["suppression"]
    scope: Literal["any", "all", "marketing"] = "any"
    is_so: bool = True

    def _scopes(self) -> list[str]:
        return ["all", "marketing"] if self.scope == "any" else [self.scope]

    def test(self, into: Statement) -> Piece:
        people = Piece(
            "SELECT x.id AS contact_id FROM preferences_suppression s JOIN preferences_contact x"
            " ON x.address_digest = s.address_digest WHERE s.lifted_at IS NULL AND s.scope = ANY(%s::text[])"
            " GROUP BY x.id",
            (self._scopes(),),
        )
        found = into.member(people)
        return found if self.is_so else negate(found)

    def say(self, known: Known) -> str:
        what = {"any": "some or all mail", "all": "all mail", "marketing": "marketing mail"}[self.scope]
        return f"who is {'' if self.is_so else 'not '}suppressed for {what}"

    def evidence(self, into: Statement) -> Piece:
        sql = (
            "(SELECT string_agg(s.scope || ': ' || s.reason, ', ' ORDER BY s.scope) FROM preferences_suppression s"
            " WHERE s.address_digest = c.address_digest AND s.lifted_at IS NULL AND s.scope = ANY(%s::text[]))"
        )
        return Piece(sql, (self._scopes(),))
