"""Does the simulator forget a person when it is asked to, in memory and in its files?"""

from __future__ import annotations

import pytest

from tests.simulator.listener import Listener
from tests.simulator.process import Process, call, configure, wait_for

ADA, BEN = "ada@forget.example", "ben@forget.example"


def send(simulator: Process, *people: str, word: str = "hello") -> None:
    mails = [{"From": "shop@example.com", "To": one, "Subject": f"For {one}", "TextBody": word} for one in people]
    for mail in mails:
        head = {"X-Postmark-Server-Token": "postmark-token", "Content-Type": "application/json"}
        status, answer = call("POST", f"{simulator.url}/postmark/email", mail, **head)
        assert status == 200, answer


def files(simulator: Process) -> bytes:
    return b"".join(path.read_bytes() for path in simulator.directory.rglob("*") if path.is_file())


def test_one_person_goes_and_the_others_stay(simulator: Process) -> None:
    send(simulator, ADA, BEN, word="w0rd")
    assert simulator.control("POST", "forget", {"recipients": [ADA.upper(), ""]}) == {"forgotten": 1}
    assert [one["recipient"] for one in simulator.accepts()] == ["", BEN]
    assert ADA.encode() not in files(simulator)
    assert files(simulator).count(b"w0rd") == 1
    assert simulator.control("POST", "forget", {"recipients": [ADA]}) == {"forgotten": 0}


def test_its_mail_cannot_be_shown_any_more(simulator: Process) -> None:
    send(simulator, ADA)
    [accept] = simulator.accepts()
    simulator.control("GET", f"accepts/{accept['number']}/mail")
    simulator.control("POST", "forget", {"recipients": [ADA]})
    assert call("GET", f"{simulator.url}/control/accepts/{accept['number']}/mail")[0] == 410
    for path in ("/inbox", f"/inbox/{accept['number']}"):
        status, page = call("GET", f"{simulator.url}{path}")
        assert status in {200, 404, 410}
        assert ADA not in str(page)


def test_reports_that_wait_or_were_told_go_too(simulator: Process, listener: Listener) -> None:
    configure(simulator, listener.url)
    send(simulator, ADA)
    [accept] = simulator.accepts()
    simulator.control("POST", "act", {"accept": accept["number"], "action": "deliver"})
    wait_for(lambda: simulator.control("GET", "webhooks")["sent"])
    simulator.control("PUT", "webhooks", {"paused": True})
    simulator.control("POST", "act", {"accept": accept["number"], "action": "bounce"})
    simulator.control("POST", "forget", {"recipients": [ADA]})
    told = simulator.control("GET", "webhooks")
    assert (told["waiting"], ADA in str(told)) == (0, False)
    assert simulator.control("POST", "webhooks/resend", {"last": 9}) == {"queued": 0}


@pytest.mark.parametrize("given", [{}, {"recipients": ADA}, {"recipients": [1]}])
def test_anything_else_is_refused(simulator: Process, given: object) -> None:
    assert call("POST", f"{simulator.url}/control/forget", given)[0] == 400
