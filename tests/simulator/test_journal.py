"""Is nothing lost that was answered, whatever happens to the simulator?"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.simulator.process import ROOT, Process, call

KEY = {"Authorization": "Basic " + base64.b64encode(b"api:k").decode()}


def send(process, count=3, *, tag="x"):
    people = [f"{tag}{n}@example.com" for n in range(count)]
    variables = {one: {"id": f"m-{one}"} for one in people}
    form = {
        "from": "shop@example.com",
        "to": people,
        "subject": f"Hi {tag} %recipient.id%",
        "text": "hello",
        "v:message_id": "%recipient.id%",
        "recipient-variables": json.dumps(variables),
    }
    url = f"{process.url}/mailgun/v3/example.com/messages"
    return call("POST", url, urlencode(form, doseq=True).encode(), **KEY)[0]


@pytest.fixture
def process(tmp_path):
    process = Process(tmp_path, ("--keep-bodies=2",))
    process.start()
    process.control("PUT", "accounts", [{"provider": "mailgun", "api_key": "k"}])
    yield process
    if process.process.poll() is None:
        process.stop()


def test_what_was_answered_survives_a_kill(process):
    answered = []

    def go_on(name):
        try:
            for tag in (f"{name}-{n}-" for n in range(1000)):
                assert send(process, 20, tag=tag) == 200
                answered.append(tag)
        except (OSError, HTTPException):
            pass

    threads = [threading.Thread(target=go_on, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    time.sleep(0.7)
    process.kill()
    for thread in threads:
        thread.join()
    process.start()
    kept = {one["message_id"] for one in _all(process)}
    assert len(answered) > 10
    assert kept >= {f"m-{tag}{n}@example.com" for tag in answered for n in range(20)}
    assert send(process) == 200


def _all(process):
    found: list[dict[str, Any]] = []
    cursor = 0
    while page := process.control("GET", f"accepts?after={cursor}&limit=700"):
        if not page["accepts"]:
            return found
        found += page["accepts"]
        cursor = page["cursor"]
    return found


def test_accepts_are_found_by_their_ids(process):
    send(process)
    found = process.control("GET", "accepts?message_id=m-x1@example.com")["accepts"]
    assert [one["recipient"] for one in found] == ["x1@example.com"]
    assert len(process.control("GET", "accepts?recipient=x2@example.com")["accepts"]) == 1
    assert len(process.control("GET", "accepts?provider=resend")["accepts"]) == 0


def test_the_same_message_twice_is_shown(process):
    send(process)
    assert process.control("GET", "accepts/duplicates") == {"duplicates": []}
    send(process, 1)
    assert process.control("GET", "accepts/duplicates") == {
        "duplicates": [{"message_id": "m-x0@example.com", "count": 2}]
    }


def test_the_cursor_stays_good_when_the_journal_is_emptied(process):
    send(process)
    cursor = process.control("GET", "accepts")["cursor"]
    process.control("DELETE", "journal")
    assert process.control("GET", "accepts/count")["count"] == 0
    process.stop()
    process.start()
    send(process, 1)
    assert len(process.control("GET", f"accepts?after={cursor}")["accepts"]) == 1


def test_old_bodies_go_and_their_accepts_stay(process):
    for n in range(8):
        send(process, 1, tag=f"t{n}-")
    numbers = [one["number"] for one in process.accepts()]
    assert len(numbers) == 8
    assert call("GET", f"{process.url}/control/accepts/{numbers[0]}/mail")[0] == 410
    assert process.control("GET", f"accepts/{numbers[-1]}/mail")["subject"] == "Hi t7- m-t7-0@example.com"
    assert call("GET", f"{process.url}/inbox")[0] == 200
    assert call("GET", f"{process.url}/inbox/{numbers[0]}")[0] == 200


def test_mails_and_accounts_outlive_a_restart(process):
    send(process, 2)
    assert process.stop() == 0
    process.start()
    assert process.mails()[1]["subject"] == "Hi x m-x1@example.com"
    assert send(process) == 200


def test_a_taken_port_is_a_clear_error(process):
    port = process.url.rpartition(":")[2]
    command = [sys.executable, "-m", "notifications.simulator", f"--port={port}", "--directory=/tmp/unused"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in ended.stderr


def test_any_key_will_do_in_an_open_simulator(tmp_path):
    process = Process(tmp_path, ("--open",))
    process.start()
    assert send(process) == 200
    process.stop()


def test_accounts_come_from_a_file(tmp_path):
    path = tmp_path / "given.json"
    path.write_text(json.dumps([{"provider": "mailgun", "api_key": "k", "name": "main"}]))
    process = Process(tmp_path / "data", (f"--accounts={path}",))
    process.start()
    send(process, 1)
    assert process.accepts()[0]["account"] == "main"
    assert (tmp_path / "data" / "accounts.json").stat().st_mode & 0o077 == 0
    process.stop()


BAD_ACCOUNTS = [
    {"provider": "nobody", "api_key": "k"},
    {"provider": "mailgun", "api_key": 3},
    {"provider": "mailgun", "apikey": "k"},
    {"provider": "resend", "api_key": "k", "webhook_key": "whsec_a"},
    {"provider": "sendgrid", "api_key": "k", "webhook_key": "no key"},
]


@pytest.mark.parametrize("account", BAD_ACCOUNTS)
def test_a_bad_account_is_refused_and_changes_nothing(account, simulator):
    before = simulator.control("GET", "accounts")
    status, answer = call("PUT", f"{simulator.url}/control/accounts", [account])
    assert status == 400
    assert answer["error"]
    assert simulator.control("GET", "accounts") == before


def test_two_accounts_of_one_provider_need_names(simulator):
    accounts = [{"provider": "mailgun", "api_key": "a"}, {"provider": "mailgun", "api_key": "b"}]
    assert call("PUT", f"{simulator.url}/control/accounts", accounts)[0] == 400
    accounts[1]["name"] = "second"
    assert len(simulator.control("PUT", "accounts", accounts)) == 2
