"""Which pages of the docs are made from the code? This command writes them; a test compares."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tracking.lifecycle import EDGES, draw_diagram
from tracking.models import Message

_HEAD = """# The life of a message

Made from the table in `tracking/lifecycle.py` by `manage.py write_docs`; do not edit.

A message is one mail to one person. Its state moves along these edges only, by compare-and-set. While a worker has
it (`claimed`, `sending`) that phase stands on its outbox row, under a lease and a fence; the message keeps the state
it rested in until the outcome is known. Bounced, complained, opened, clicked and unsubscribed are facts beside the
state: they are never erased by a later one.

```mermaid
{diagram}
```

| from | to | when |
|---|---|---|
{rows}

## Where a crash leaves it

- Killed while `claimed`: it is provably unsent and goes back into the queue. The third crash on one message makes it
  a dead letter (`poison`); the others of its batch go on in smaller company each time.
- Killed while `sending`: nobody can say whether the provider has it. It is `unknown`: asked again with the same key
  where the provider has idempotency keys, else settled by a webhook that names it, else left as it is. Critical mail
  and types declared `on_unknown = "resend"` go again and are marked as possibly doubled.
"""


class Command(BaseCommand):
    help = "Write the pages of docs/ that are made from the code."

    def handle(self, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "lifecycle.md"
        page.write_text(draw_page(), encoding="utf-8")
        self.stdout.write(f"wrote {page.relative_to(settings.BASE_DIR)}")


def draw_page() -> str:
    """The page on the lifecycle."""
    rows = "\n".join(
        f"| {_label(state)} | {_label(after)} | {cause} |"
        for state, following in EDGES.items()
        for after, cause in following.items()
    )
    return _HEAD.format(diagram=draw_diagram(), rows=rows)


def _label(state: Message.State) -> str:
    return f"`{state.value}`"
