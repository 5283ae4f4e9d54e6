"""What does the killed process run? One job of a worker, with the types that the tests declare."""

from __future__ import annotations

import os

import django


def main() -> None:
    """Work in the transactional stream until the fail point strikes."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from notifications import jobs
    from notifications.catalog import Stream
    from tests.types import parcel_type_for_process

    parcel_type_for_process()
    jobs.work(Stream.TRANSACTIONAL)


if __name__ == "__main__":
    main()
