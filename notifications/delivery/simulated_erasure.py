"""How does the provider simulator forget a person? Outside production it has the mails; it is asked to let them go."""

from __future__ import annotations

import requests
from django.conf import settings

from notifications.delivery.models import Provider
from notifications.delivery.simulated import SimulatorSilent
from preferences.holdings import Holding, Traces, register_holding

_SECONDS = 3


def register() -> None:
    """Have it asked when somebody is erased."""
    register_holding(Holding(name="simulator", erase=forget_in_simulator, is_apart=True))


def forget_in_simulator(traces: Traces, limit: int) -> int:
    """Ask the simulator, where there are accounts of its own; how many mails it let go. Raises SimulatorSilent."""
    if not traces.texts or not Provider.objects.filter(is_simulated=True).exists():
        return 0
    with requests.Session() as session:
        session.trust_env = False  # no proxy stands between us and ourselves
        try:
            url = f"{settings.POSTRIDER_SIMULATOR_URL}/control/forget"
            answer = session.post(url, json={"recipients": list(traces.texts)}, timeout=_SECONDS)
        except requests.RequestException as error:
            raise SimulatorSilent(f"No simulator at {settings.POSTRIDER_SIMULATOR_URL}.") from error
    if answer.status_code != 200:
        raise SimulatorSilent(f"The simulator did not forget: {answer.status_code}.")
    return int(answer.json()["forgotten"])
