"""Does mail survive the death of those who carry it? Workers killed at random and at every named point."""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

from config.chaos.crew import Crew
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from notifications.delivery.failpoints import POINTS
from notifications.delivery.models import Outbox
from tracking.models import Message

_POINT_SECONDS = 4.0
_PARENT, _ALL, _CHILD = "parent", "whole group", "worker"


def _kill(ground: Ground) -> None:
    marks = ground.directory / "failpoints"
    _clear(marks)
    ground.freeze()
    ground.slow_down()
    deaths: Counter[str] = Counter()
    with ground.workers(POSTRIDER_FAILPOINT=f"{marks}/") as crew:
        with ground.orders():
            plan = plan_strikes(ground.chance, ground.dose.times)
            for turn in ground.moments():
                if _strike(plan[turn], crew, marks, ground):
                    deaths[plan[turn]] += 1
        _clear(marks)
        ground.await_end()
    ground.allow_poison()
    ground.figures["kills"] = dict(sorted(deaths.items()))


def plan_strikes(chance: random.Random, times: int) -> list[str]:
    """By turns a random worker and the next named point; every tenth takes all at once, some the parent alone."""
    points = cycle(chance.sample(POINTS, len(POINTS)))
    plan = []
    for turn in range(times):
        if turn % 10 == 9:
            plan.append(_ALL if turn % 20 == 9 else _PARENT)
        else:
            plan += [_CHILD] if turn % 2 == 0 else islice(points, 1)
    return plan


def _strike(victim: str, crew: Crew, marks: Path, ground: Ground) -> bool:
    """Kill; return whether somebody died."""
    if victim == _CHILD:
        died = crew.kill_child(ground.chance)
    elif victim == _PARENT:
        died = crew.kill_parent()
        crew.restart()
    elif victim == _ALL:
        died = crew.kill_all()
        crew.restart()
    else:
        died = _die_at(marks / victim)
    ground.cut_off(died)
    return bool(died) or victim == _PARENT


def _die_at(mark: Path) -> int:
    """Arm a point; the first worker that gets there dies. Return how many did."""
    mark.touch()
    deadline = time.monotonic() + _POINT_SECONDS
    while mark.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        mark.unlink()
    except FileNotFoundError:
        return 1
    return 0


def _clear(marks: Path) -> None:
    marks.mkdir(exist_ok=True)
    for mark in marks.iterdir():
        mark.unlink()


def _poison(ground: Ground) -> None:
    """Some mails kill whoever takes them; the others must go, and those must end as dead letters."""
    ground.freeze()
    poison = ground.chance.sample(sorted(_waiting()), min(ground.dose.times, ground.dose.messages))
    ground.ended_otherwise = len(poison)
    with ground.workers(POSTRIDER_FAILPOINT=f"after_claim:{','.join(poison)}"):
        ground.await_end()
    ends = Counter(_ends(poison))
    ground.figures["poison"] = {f"{state}: {reason}": number for (state, reason), number in ends.items()}
    ground.expect(set(ends) == {("dead", "poison")}, f"poisonous mails ended otherwise: {dict(ends)}")


def _waiting() -> list[str]:
    return [str(one) for one in Outbox.objects.values_list("pk", flat=True)]


def _ends(ids: list[str]) -> list[tuple[str, str]]:
    return list(Message.objects.filter(pk__in=ids).values_list("state", "reason"))


SCENARIOS = (
    Scenario(
        name="kill",
        line="SIGKILL of random workers, of the parent, of all at once, and at every named point of the pipeline",
        bound="0 with idempotency keys; else deaths x mails a call x calls in flight",
        run=_kill,
        times=20,
    ),
    Scenario(
        name="poison",
        line="mails that kill the worker that takes them",
        bound="0",
        run=_poison,
        messages=300,
        times=2,
        share=0.05,
    ),
)
