"""Is anything sent a second time after an old backup was put back?"""

from __future__ import annotations

import shutil
import subprocess

from django.conf import settings
from django.db import connection

from config import clock
from config.chaos.copying import copy_tree
from config.chaos.crew import manage
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from config.loadtest.options import Failed
from notifications.delivery.models import Outbox


def _recover(ground: Ground) -> None:
    """A backup in mid-campaign, more mail, the loss of it all, the backup put back, `manage.py recover`, on."""
    ground.freeze(ground.dose.messages // 2)
    ground.slow_down()
    with ground.workers():
        ground.await_share(0.25)
    ground.freeze(ground.dose.messages - ground.dose.messages // 2)
    ground.unsettled_mails = Outbox.objects.count()
    made_at = clock.now()
    _back_up(ground)
    with ground.workers() as crew:
        ground.await_share(0.8)
        crew.kill_all()
    _put_back(ground)
    ground.figures["backup_waiting"] = ground.unsettled_mails
    _run("recover", "--restored-to", made_at.isoformat())
    ground.raise_orders(max(10, ground.dose.messages // 10))
    with ground.workers():
        ground.await_end()


def _back_up(ground: Ground) -> None:
    """Copy the files of the stopped server."""
    backup = ground.directory / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    connection.close()
    ground.postgres.stop()
    copy_tree(ground.postgres.files, backup)
    ground.postgres.start()


def _put_back(ground: Ground) -> None:
    connection.close()
    ground.postgres.crash()
    shutil.rmtree(ground.postgres.files)
    copy_tree(ground.directory / "backup", ground.postgres.files)
    ground.postgres.start()
    ground.redis.flush()


def _run(*arguments: str) -> None:
    done = subprocess.run(manage(*arguments), cwd=settings.BASE_DIR, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"manage.py {arguments[0]} failed: {done.stderr[-500:]}")


SCENARIOS = (
    Scenario(
        name="recover",
        line="a backup made in mid-campaign is put back after more was sent",
        bound="the mails that were waiting when the backup was made",
        run=_recover,
    ),
)
