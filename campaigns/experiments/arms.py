"""What is known of one variant? Totals only, so they can be read from the figures at any moment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """The people of a variant, how many of them acted (once each), and what they spent in all.

    `total` and `squares` are the sums of each person's revenue and of its square, those who spent nothing included.
    """

    key: str
    people: int
    acted: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def rate(self) -> float:
        """The share that acted."""
        return self.acted / self.people if self.people else 0.0

    @property
    def mean(self) -> float:
        """Revenue a person."""
        return self.total / self.people if self.people else 0.0

    @property
    def variance(self) -> float:
        """Of one person's revenue."""
        if self.people < 2:
            return 0.0
        return max(0.0, (self.squares - self.total**2 / self.people) / (self.people - 1))
