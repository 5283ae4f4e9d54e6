from __future__ import annotations

import io
import os
import time

import psutil
import pytest

from config import supervisor as supervising
from config.supervisor import KeepsDying, Supervisor, python_program


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(out: io.StringIO):
    it = Supervisor(out)
    yield it
    it.stop()


def _program(code: str):
    return python_program("ada", "-c", code)


def test_lines_are_prefixed_and_the_last_one_is_kept(supervisor: Supervisor, out: io.StringIO) -> None:
    finished = supervisor.run(_program("print('one'); print('two', end='')"))
    assert (finished.code, finished.last_line) == (0, "two")
    assert out.getvalue() == "ada      | one\nada      | two\n"


def test_an_exit_code_is_told(supervisor: Supervisor) -> None:
    assert supervisor.run(_program("raise SystemExit(3)")).code == 3


def test_what_dies_is_started_again(supervisor: Supervisor, out: io.StringIO, tmp_path) -> None:
    mark = tmp_path / "second"
    supervisor.keep(
        [_program(f"import pathlib, time; p = pathlib.Path({str(mark)!r}); p.exists() and time.sleep(60); p.touch()")]
    )
    supervisor.watch(until=lambda: "starting it again" in out.getvalue())
    assert "with exit code 0; starting it again in 0.5 s" in out.getvalue()


def test_what_keeps_dying_is_given_up(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "_MOST_EARLY_DEATHS", 2)
    supervisor.keep([_program("raise SystemExit(7)")])
    with pytest.raises(KeepsDying, match=r"ada died 2 times .* exit code 7"):
        supervisor.watch(until=lambda: False)


def test_stopping_takes_grandchildren_along(supervisor: Supervisor, out: io.StringIO) -> None:
    supervisor.keep([_program("import os, time; pid = os.fork(); pid and print(pid); time.sleep(60)")])
    supervisor.watch(until=lambda: any(word.isdigit() for word in out.getvalue().split()))
    supervisor.stop()
    grandchild = next(int(word) for word in out.getvalue().split() if word.isdigit())
    assert _is_gone(grandchild)


def test_a_deaf_program_is_killed(supervisor: Supervisor, out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "_STOP_SECONDS", 0.3)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    supervisor.keep([_program(deaf)])
    supervisor.watch(until=lambda: "deaf" in out.getvalue())
    supervisor.stop()
    assert "does not stop" in out.getvalue()


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, psutil.NoSuchProcess):
            return True
        time.sleep(0.05)
    return False
