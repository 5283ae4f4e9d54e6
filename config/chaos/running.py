"""How is one scenario run and judged?"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection

from config.chaos.accounts import fill_pools, open_accounts
from config.chaos.evidence import check, count_accepts
from config.chaos.ground import Ground
from config.chaos.outcome import write_outcome
from config.chaos.scenario import Dose, Scenario
from config.chaos.servers import Postgres, Redis
from config.loadtest.options import Failed

logger = logging.getLogger("postrider.chaos")

#: What a scenario leaves behind; contacts, templates, links and accounts stay.
_EMPTIED = {
    "notifications": (
        "outbox", "deadletter", "call", "attempt", "hold", "breaker", "domainpause", "alert", "workerbeat",
    ),
    "tracking": ("event", "eventclaim", "message", "messageevent", "webhookreceipt"),
    "preferences": ("choice", "suppression"),
    "campaigns": ("campaign", "campaignrun", "campaignrecipient", "auditentry"),
}  # fmt: skip


def run_scenario(
    scenario: Scenario, dose: Dose, *, postgres: Postgres, redis: Redis, say: Callable[[str], None]
) -> dict[str, Any]:
    """Start from nothing, let the scenario happen, and compare log and journal."""
    ground = Ground(
        dose=dose, stream=scenario.stream, postgres=postgres, redis=redis, say=say,
        chance=random.Random(f"{dose.seed}:{scenario.name}"),  # noqa: S311 - repeatable, not secret
    )  # fmt: skip
    started = time.monotonic()
    _empty()
    redis.flush()
    open_accounts()
    fill_pools(dose.providers)
    try:
        scenario.run(ground)
    except Failed as error:
        ground.unmet.append(str(error))
    except Exception as error:
        logger.exception("scenario %s broke off", scenario.name)
        ground.unmet.append(f"broke off: {type(error).__name__}: {error}")
    ensure_running(postgres, redis)
    findings = check(ground.accepted)
    seconds = round(time.monotonic() - started, 1)
    return write_outcome(scenario, ground, findings, journal=count_accepts(), seconds=seconds)


def ensure_running(postgres: Postgres, redis: Redis) -> None:
    """A scenario that broke off may have left a server stopped."""
    connection.close()
    for server in (postgres, redis):
        if not server.is_alive():
            server.stop()
            server.start()


def _empty() -> None:
    """A scenario counts all messages there are, so there are none before it."""
    tables = [
        model._meta.db_table
        for app, names in _EMPTIED.items()
        for model in apps.get_app_config(app).get_models()
        if model._meta.model_name in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(connection.ops.quote_name(table) for table in tables)} CASCADE")
