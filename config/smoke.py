"""Does the whole road work? One event through the demo shop, followed to its delivered, opened and clicked mail."""

from __future__ import annotations


def run_check() -> dict[str, object]:
    """Raise one event, wait for each of its webhooks; return what `scripts/up --check` prints.

    Runs beside the started programs, with their settings. Keys: `delivered`, `opened`, `clicked` (true), ids, and
    milliseconds from the event to the provider's accept and to each webhook. Raises with the reason when a step fails.
    """
    raise NotImplementedError
