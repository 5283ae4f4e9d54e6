"""How does the simulator listen, and how does it stop?"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .app import App
from .door import ABORT
from .options import Options
from .simulator import Simulator
from .smtp.session import Session

STOP_SECONDS = 3  # calls under way get this long


class CannotListen(Exception):
    """A port is taken; the text says which."""


class _Protocol(HttpToolsProtocol):
    """Lets the application cut a connection, which ASGI has no word for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are `serve`'s business: uvicorn would raise them again on the way out."""
        yield


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(options: Options, announce: Callable[[str], None] = _print) -> None:
    """Serve until SIGTERM or SIGINT; raises CannotListen before anything has started."""
    sockets = _listen(options.host, options.port), _listen(options.host, options.smtp_port)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(options, *sockets, announce=announce, stop=None))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    listener.listen(1024)
    listener.setblocking(False)
    return listener


async def serve(
    options: Options,
    http: socket.socket,
    smtp: socket.socket,
    *,
    announce: Callable[[str], None],
    stop: asyncio.Event | None,
) -> None:
    """Serve on these sockets until `stop` is set or, without it, a signal comes."""
    simulator = Simulator(options)
    stopped = stop or _stop_on_signals()
    clockwork = asyncio.create_task(simulator.run())
    web = _Server(_web_config(simulator))
    serving = asyncio.create_task(web.serve(sockets=[http]))
    loop = asyncio.get_running_loop()
    post = await loop.create_server(lambda: Session(simulator.desk), sock=smtp)
    announce(f"simulator: http://{_address(http)}/inbox and smtp://{_address(smtp)}, journal in {options.directory}")
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait({waiting, serving, clockwork}, return_when="FIRST_COMPLETED")
    post.close()
    for session in tuple(simulator.desk.sessions):
        session.leave("421 4.3.2 Shutting down")
    web.should_exit = True
    await serving
    clockwork.cancel()
    waiting.cancel()
    await asyncio.gather(clockwork, waiting, return_exceptions=True)
    simulator.close()
    for task in done - {waiting}:
        task.result()  # it ended by itself: say why


def _web_config(simulator: Simulator) -> uvicorn.Config:
    return uvicorn.Config(
        App(simulator),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def _stop_on_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
