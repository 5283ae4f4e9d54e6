"""How do workers with a wrong clock behave? `python -m config.chaos.shifted 600 marketing=2` runs ten minutes ahead."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django


def main() -> None:
    """Run `manage.py workers` with a clock that is off by the first argument, in seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.core.management import call_command

    from config import clock

    seconds, *groups = sys.argv[1:]
    with clock.shifted(timedelta(seconds=float(seconds))):
        call_command("workers", *groups)


if __name__ == "__main__":
    main()
