"""How do the tests run and steer a simulator? As a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "mailgun": "key-mailgun",
    "sendgrid": "SG.key",
    "postmark": "postmark-token",
    "resend": "re_key",
    "sparkpost": "sparkpost-key",
    "ses": "AKIASIMULATED0000001",
    "brevo": "xkeysib-key",
    "mailjet": "mj-key",
}
#: The second half of a key, where the provider has one.
SECRETS = {"ses": "ses-secret/access+key", "mailjet": "mj-secret"}
#: Who proves its webhooks by a login alone.
BASIC_AUTH = {"postmark", "sparkpost", "ses", "brevo", "mailjet"}
LOGIN = "postman:word"


def call(method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Status and answer (JSON where it is) of one HTTP call."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=content, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, text = error.code, error.read()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text.decode()


def wait_for(what: Any, seconds: float = 10) -> Any:
    """The first true answer of `what`; fails after that many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


@dataclass
class Process:
    """A running simulator."""

    directory: Path
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "notifications.simulator", "--port=0", "--smtp-port=0"),
                f"--directory={self.directory}",
                *self.arguments,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        ports = re.findall(r"127\.0\.0\.1:(\d+)", line)
        assert len(ports) == 2, line
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.smtp_port = int(ports[1])

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = call(method, f"{self.url}/control/{path}", body)
        assert status == 200, (status, answer)
        return answer

    def accepts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "accepts")["accepts"]
        return found

    def mails(self) -> list[dict[str, Any]]:
        return [self.control("GET", f"accepts/{one['number']}/mail") for one in self.accepts()]

    def api_url(self, provider: str) -> str:
        paths = {"mailgun": "v3/", "sendgrid": "v3/", "sparkpost": "api/v1/", "brevo": "v3/", "mailjet": "v3.1/"}
        return f"{self.url}/{provider}/{paths.get(provider, '')}"


def configure(simulator: Process, webhook_url: str = "", **script: Any) -> list[dict[str, Any]]:
    """Fresh accounts for all APIs; returns them with their verification keys."""
    simulator.control("PUT", "script", {"delivered": 0, **script})
    simulator.control("PUT", "faults", [])
    simulator.control("PUT", "clock", {"offset_seconds": 0})
    simulator.control("PUT", "webhooks", {"paused": False, "retry_seconds": [0.05, 0.1]})
    simulator.control("DELETE", "journal")
    accounts = [
        {"provider": provider, "api_key": key, "password": SECRETS.get(provider, ""), "webhook_url": webhook_url}
        | ({"webhook_key": LOGIN} if provider in BASIC_AUTH else {})
        for provider, key in KEYS.items()
    ]
    found: list[dict[str, Any]] = simulator.control("PUT", "accounts", accounts)
    return found
