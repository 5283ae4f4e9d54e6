"""Where can a worker be made to die? Named points in the pipeline, off unless POSTRIDER_FAILPOINT names one."""

from __future__ import annotations

import os
import signal

#: The points, in the order in which a mail passes them.
POINTS = (
    "before_route",
    "after_route",
    "before_claim",
    "after_claim",
    "after_render",
    "in_gate",
    "after_gate",
    "before_call",
    "after_call",
    "after_outcome",
)

_armed = os.environ.get("POSTRIDER_FAILPOINT", "")


def fail_point(name: str) -> None:
    """Die as by kill -9, if this point is armed."""
    if _armed == name:
        os.kill(os.getpid(), signal.SIGKILL)
