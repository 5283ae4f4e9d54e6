"""How do the sign-up forms do? Counted over 30 days, as long as sign-ups that nobody confirms are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from preferences.models import SignUp, SignUpForm

DAYS = 30
WIDTH, HEIGHT = 180, 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day in the units of the drawing: all its sign-ups, and those of them that are confirmed."""

    x: float
    asked: float
    confirmed: float
    label: str

    @property
    def asked_y(self) -> float:
        """Where the bar of all begins."""
        return HEIGHT - self.asked

    @property
    def confirmed_y(self) -> float:
        """Where the bar of the confirmed begins."""
        return HEIGHT - self.confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A form's 30 days, and how many it has won in all."""

    form: SignUpForm
    asked: int
    confirmed: int
    won: int
    bars: tuple[Bar, ...]
    first_day: date
    top: int  # the most sign-ups of a day

    @property
    def rate(self) -> int | None:
        """Per cent of the sign-ups that were confirmed."""
        return round(100 * self.confirmed / self.asked) if self.asked else None


def count_forms(forms: Iterable[SignUpForm], *, at: datetime) -> list[Figures]:
    """The figures of these forms, in two queries."""
    forms = list(forms)
    days, won = _count_days(forms, at=at), _count_won(forms)
    return [_figures(form, days[form.pk], won.get(form.pk, 0), at=at) for form in forms]


def _count_days(forms: list[SignUpForm], *, at: datetime) -> dict[int, dict[object, tuple[int, int]]]:
    rows = (
        SignUp.objects.filter(form__in=forms, requested_at__gt=at - timedelta(days=DAYS))
        .annotate(day=TruncDate("requested_at"))
        .values("form_id", "day")
        .annotate(asked=Count("pk"), done=Count("confirmed_at"))
        .order_by()
    )
    days: dict[int, dict[object, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        days[row["form_id"]][row["day"]] = (row["asked"], row["done"])
    return days


def _count_won(forms: list[SignUpForm]) -> dict[int, int]:
    confirmed = SignUp.objects.filter(form__in=forms, confirmed_at__isnull=False)
    return dict(confirmed.values_list("form_id").annotate(Count("contact_id", distinct=True)).order_by())


def _figures(form: SignUpForm, days: dict[object, tuple[int, int]], won: int, *, at: datetime) -> Figures:
    top = max([asked for asked, _ in days.values()], default=1)
    step = WIDTH / DAYS
    bars = []
    for number in range(DAYS):
        day = (at - timedelta(days=DAYS - 1 - number)).date()
        asked, done = days.get(day, (0, 0))
        x, label = round(number * step, 1), f"{day:%d %b}: {asked}, {done} ✓"
        bars.append(
            Bar(x=x, asked=round(asked * HEIGHT / top, 1), confirmed=round(done * HEIGHT / top, 1), label=label)
        )
    asked, confirmed = (sum(pair[place] for pair in days.values()) for place in (0, 1))
    first_day = (at - timedelta(days=DAYS - 1)).date()
    return Figures(
        form=form, asked=asked, confirmed=confirmed, won=won, bars=tuple(bars), first_day=first_day,
        top=top if days else 0,
    )  # fmt: skip
