"""Why does somebody who was meant not get the mail? Each reason in words, and the steps of the waterfall."""

from __future__ import annotations

from dataclasses import dataclass

from preferences.eligibility import REASONS as _RULES

#: Reasons of freezing beside those of preferences.eligibility.
OWN_REASONS: dict[str, str] = {
    "excluded": "Taken out by the audience",
    "holdout": "Held out, to compare with those who get it",
    "capped": "Has probably had as much mail as they should get for now",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the waterfall: which reasons it takes away."""

    key: str
    label: str
    reasons: tuple[str, ...] = ()
    prefix: str = ""

    def takes(self, reason: str) -> bool:
        """Whether a reason belongs to this step."""
        return reason in self.reasons or (bool(self.prefix) and reason.startswith(self.prefix))


#: In the order in which they are shown; every reason belongs to exactly one.
STEPS: tuple[Step, ...] = (
    Step(key="excluded", label="Excluded by the audience", reasons=("excluded",)),
    Step(key="gone", label="Erased, or without an address", reasons=("erased",)),
    Step(key="suppressed", label="Suppressed: bounced, complained or left", prefix="suppressed_"),
    Step(key="unconfirmed", label="Address never confirmed", reasons=("unconfirmed",)),
    Step(
        key="unsubscribed", label="Unsubscribed or paused",
        reasons=("paused", "topic_channel_off", "topic_off", "channel_off", "everything_off"),
    ),
    Step(key="no_consent", label="Did not ask for this topic", reasons=("topic_not_asked_for",)),
    Step(key="sunset", label="Inactive for too long", reasons=("sunset",)),
    Step(key="holdout", label="Held out for comparison", reasons=("holdout",)),
)  # fmt: skip


def in_words(reason: str) -> str:
    """A reason as a sentence for staff."""
    return OWN_REASONS.get(reason) or _RULES.get(reason) or reason.replace("_", " ").capitalize()


def step_of(reason: str) -> Step:
    """The step that takes a reason away."""
    return next(step for step in STEPS if step.takes(reason))
