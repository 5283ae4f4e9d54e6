"""Does a repeated call with the same key send nothing new, where the provider promises so?"""

from __future__ import annotations

import json
import threading

from tests.simulator.process import KEYS, Process, call, wait_for

MAIL = {"from": "shop@example.com", "to": ["ada@example.com"], "subject": "Hi", "text": "hello"}


def send(simulator, key, *, path="emails", **changes):
    body = {**MAIL, **changes} if path == "emails" else [{**MAIL, **changes}] * 2
    headers = {"Authorization": f"Bearer {KEYS['resend']}", "Idempotency-Key": key}
    return call("POST", f"{simulator.url}/resend/{path}", json.dumps(body).encode(), **headers)


def test_the_same_call_gets_the_same_ids_and_sends_nothing_more(simulator):
    for path, count in (("emails", 1), ("emails/batch", 3)):
        first = send(simulator, f"k-{path}", path=path)
        assert first[0] == 200
        assert send(simulator, f"k-{path}", path=path) == first
        assert len(simulator.accepts()) == count


def test_another_body_under_the_same_key_is_a_conflict(simulator):
    send(simulator, "k")
    status, answer = send(simulator, "k", subject="Other")
    assert (status, answer["name"]) == (409, "invalid_idempotent_request")
    assert len(simulator.accepts()) == 1


def test_a_call_still_under_way_is_a_conflict(simulator):
    simulator.control("PUT", "faults", [{"kind": "latency", "seconds": 0.5, "count": 1}])
    first = threading.Thread(target=send, args=(simulator, "k"))
    first.start()
    wait_for(lambda: simulator.control("GET", "faults")[0]["used"])
    status, answer = send(simulator, "k")
    first.join()
    assert (status, answer["name"]) == (409, "concurrent_idempotent_requests")
    assert send(simulator, "k")[0] == 200
    assert len(simulator.accepts()) == 1


def test_a_refused_call_leaves_its_key_free(simulator):
    assert send(simulator, "k", to=["nobody"])[0] == 422
    assert send(simulator, "k")[0] == 200


def test_the_key_is_forgotten_after_a_day(simulator):
    first = send(simulator, "k")
    simulator.control("PUT", "clock", {"offset_seconds": 23.9 * 3600})
    assert send(simulator, "k") == first
    simulator.control("PUT", "clock", {"offset_seconds": 24.1 * 3600})
    assert send(simulator, "k", subject="Other")[0] == 200
    assert len(simulator.accepts()) == 2


def test_an_overlong_key_is_refused(simulator):
    status, answer = send(simulator, "k" * 257)
    assert (status, answer["name"]) == (400, "invalid_idempotency_key")


def test_the_answer_was_lost_but_the_repeat_sends_nothing(simulator):
    simulator.control("PUT", "faults", [{"kind": "broken_json", "count": 1}])
    assert isinstance(send(simulator, "k")[1], str)
    assert send(simulator, "k")[1]["id"] == simulator.accepts()[0]["provider_message_id"]
    assert len(simulator.accepts()) == 1


def test_keys_outlive_a_kill(tmp_path):
    process = Process(tmp_path)
    process.start()
    process.control("PUT", "accounts", [{"provider": "resend", "api_key": KEYS["resend"]}])
    first = send(process, "k")
    process.kill()
    process.start()
    assert send(process, "k") == first
    assert len(process.accepts()) == 1
    process.stop()


def send_by_brevo(simulator, key, *, subject="Hi"):
    body = {
        "sender": {"email": "shop@example.com"},
        "to": [{"email": "ada@example.com"}],
        "subject": subject,
        "htmlContent": "hello",
        "headers": {"idempotencyKey": key},
    }
    return call("POST", f"{simulator.url}/brevo/v3/smtp/email", body, **{"api-key": KEYS["brevo"]})


def test_brevo_refuses_a_key_that_was_used_and_tells_no_ids(simulator):
    assert send_by_brevo(simulator, "k")[0] == 201
    for subject in ("Hi", "Other"):
        status, answer = send_by_brevo(simulator, "k", subject=subject)
        assert (status, answer["code"]) == (400, "duplicate_parameter")
    assert len(simulator.accepts()) == 1


def test_brevo_forgets_a_key_after_a_quarter_of_an_hour(simulator):
    send_by_brevo(simulator, "k")
    simulator.control("PUT", "clock", {"offset_seconds": 16 * 60})
    assert send_by_brevo(simulator, "k")[0] == 201
    assert len(simulator.accepts()) == 2


def send_by_sparkpost(simulator, key, *, text="hello"):
    content = {"from": "shop@example.com", "subject": "Hi", "text": text}
    body = json.dumps({"recipients": [{"address": "ada@example.com"}], "content": content}).encode()
    headers = {"Authorization": KEYS["sparkpost"], "Idempotency-Key": key}
    return call("POST", f"{simulator.url}/sparkpost/api/v1/transmissions", body, **headers)


def test_sparkpost_answers_a_repeat_as_it_answered_first(simulator):
    first = send_by_sparkpost(simulator, "k")
    assert first[0] == 200
    assert send_by_sparkpost(simulator, "k") == first
    status, answer = send_by_sparkpost(simulator, "k", text="other")
    assert (status, answer["errors"][0]["code"]) == (409, "1600")
    assert len(simulator.accepts()) == 1


def test_sparkpost_takes_plain_keys_only(simulator):
    status, answer = send_by_sparkpost(simulator, "no spaces")
    assert (status, answer["errors"][0]["code"]) == (400, "1602")
