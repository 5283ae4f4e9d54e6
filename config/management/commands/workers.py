"""Who works off the queues on this machine? One process a group of queues, and a sweeper."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.queues import QUEUES, WEBHOOKS
from config.workers.crew import BadGroup, make_crew


class Command(BaseCommand):
    help = "Run worker processes and the sweeper until SIGTERM; a process that dies is started again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "groups", nargs="*", metavar="GROUP",
            help='queues of one process, most urgent first, as in "critical,transactional" or "marketing=4"; '
            "without any, one process a queue",
        )  # fmt: skip
        parser.add_argument("--streams", default="", help="one process for each of these, and one for webhooks")
        parser.add_argument("--no-sweeper", action="store_true", help="another machine runs it")

    def handle(self, **options: Any) -> None:
        groups = options["groups"] or ([*options["streams"].split(","), WEBHOOKS] if options["streams"] else QUEUES)
        try:
            crew = make_crew(groups, has_sweeper=not options["no_sweeper"])
        except BadGroup as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"workers: {'; '.join(post.name for post in crew.posts)}")
        crew.work()
