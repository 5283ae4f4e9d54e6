"""How much faster does a campaign leave by SMTP than with django-post_office? Both in one run, into one sink.

    .venv/bin/python tests/speed/post_office.py
    .venv/bin/python tests/speed/post_office.py --mails 2000 --recipients 20000 --rounds 3 --json

The same newsletter of 45 KB goes to made-up people: with django-post_office 3.12, one process with its own defaults,
its templates rendered on delivery; and with `manage.py loadtest campaign --provider smtp`, one worker process. Both
have a durable PostgreSQL and hand over to tests/speed/sink.py. `whole` is from the first call that queues mail to the
last mail handed over: theirs hands over what has been queued when it is called, while workers of ours run all the time
and begin with the first slice of a campaign. `handing_over` is the second half alone, all of it queued before. Theirs
and ours go by turns, so that both meet the same moods of the machine, and the medians are compared.

django-post_office is installed into a virtual environment of its own below the data directory, which takes the package
index once. Files stay there; nothing else is left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

PACKAGES = ("django-post_office==3.12.0", "psycopg[binary]")
Rates = dict[str, float]  # `whole`, `handing_over` -> mails a second
_LINK_TAG = re.compile(r"{% __click \d+ (\S+) %}")
_OTHER_TAG = re.compile(r"{% __\w+[^%]*%}")


def main() -> None:
    """Measure and tell."""
    asked = _read_arguments()
    import django
    from django.conf import settings

    django.setup()
    directory = settings.POSTRIDER_DATA_DIR / "speed"
    python = make_environment(directory / "post_office")
    with running_sink() as port:
        figures = [compare(asked, port=port, python=python, directory=directory) for _ in range(asked.rounds)]
    outcome = {
        name: _compare([theirs[name] for theirs, _ in figures], [ours[name] for _, ours in figures])
        for name in ("whole", "handing_over")
    }
    sys.stdout.write(f"{json.dumps(outcome)}\n" if asked.json else "".join(map(_as_line, outcome.items())))


def _compare(theirs: Sequence[float], ours: Sequence[float]) -> dict[str, float]:
    """Medians of mails a second, and how many times theirs ours is."""
    return {
        "post_office": round(median(theirs), 1),
        "postrider": round(median(ours), 1),
        "ratio": round(median(ours) / median(theirs), 1),
    }


def _as_line(found: tuple[str, dict[str, float]]) -> str:
    name, figures = found
    return (
        f"{name:13} django-post_office {figures['post_office']:6.0f}/s   Postrider {figures['postrider']:6.0f}/s"
        f"   {figures['ratio']:.1f} times\n"
    )


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=2000, help="for django-post_office")
    parser.add_argument("--recipients", type=int, default=20_000, help="for Postrider's campaign")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    return parser.parse_args()


def compare(asked: argparse.Namespace, *, port: int, python: Path, directory: Path) -> tuple[Rates, Rates]:
    """Mails a second of one turn each: theirs, ours."""
    theirs = measure_theirs(python, directory, mails=asked.mails, port=port)
    ours = measure_ours(asked.recipients, port=port)
    sys.stderr.write(f"theirs {theirs['whole']:.0f}/s, ours {ours['whole']:.0f}/s\n")
    return theirs, ours


def make_environment(directory: Path) -> Path:
    """The Python of a virtual environment that has django-post_office."""
    python = directory / "bin" / "python"
    if not (directory / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (directory / "complete").touch()
    return python


@contextmanager
def running_sink() -> Iterator[int]:
    """The port of a mail server that forgets what it takes."""
    from config.loadtest.waiting import wait_until
    from config.ports import find_free_ports, is_answering

    [port] = find_free_ports(1)
    command = [sys.executable, str(Path(__file__).with_name("sink.py")), "smtp", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as sink:
        try:
            wait_until("the sink to answer", lambda: is_answering(port), seconds=10)
            yield port
        finally:
            sink.terminate()


def measure_theirs(python: Path, directory: Path, *, mails: int, port: int) -> Rates:
    """Mails that django-post_office sends in a second."""
    from config.embedded import run_servers

    with run_servers(directory / "servers", only=["DATABASE_URL"]) as addresses:
        work = {"database": addresses["DATABASE_URL"], "port": port, "mails": mails, **their_newsletter()}
        # -P: the folder of the script is not searched, for this file is named like their package.
        script = Path(__file__).with_name("post_office_side.py")
        run = subprocess.run(
            [python, "-P", str(script)], input=json.dumps(work), capture_output=True, text=True, check=False
        )  # fmt: skip
    if run.returncode:
        raise SystemExit(f"django-post_office failed:\n{run.stderr}")
    outcome: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    if outcome["sent"] != mails:
        raise SystemExit(f"django-post_office sent {outcome['sent']} of {mails} mails")
    queueing, handing_over = outcome["queueing"], outcome["handing_over"]
    return {"whole": mails / (queueing + handing_over), "handing_over": mails / handing_over}


def measure_ours(recipients: int, *, port: int) -> Rates:
    """Mails that one worker process of ours sends in a second: beside the queueing, and all queued before it starts."""
    return {
        "whole": _run_campaign(recipients, "--running", port=port),
        "handing_over": _run_campaign(recipients, port=port),
    }


def _run_campaign(recipients: int, *options: str, port: int) -> float:
    command = [sys.executable, "manage.py", "loadtest", "campaign", "--json", "--provider", "smtp", *options]
    command += ["--recipients", str(recipients), "--endpoint", f"smtp://127.0.0.1:{port}"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"the load test failed:\n{run.stderr}")
    return float(json.loads(run.stdout.splitlines()[-1])["rate"])


def their_newsletter() -> dict[str, str]:
    """Our newsletter as Django templates, which read its places as Liquid does; its links are plain ones."""
    from config.loadtest.newsletter import newsletter_source
    from notifications.compose.compilation import compile_source

    compiled = compile_source(newsletter_source())
    texts = {"subject": compiled.subject, "text": compiled.text, "html": compiled.html}
    return {name: _OTHER_TAG.sub("", _LINK_TAG.sub(r"\1", text)) for name, text in texts.items()}


if __name__ == "__main__":
    main()
