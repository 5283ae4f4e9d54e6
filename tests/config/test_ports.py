from __future__ import annotations

import os
import socket

import pytest

from config.ports import HOST, PortTaken, ensure_free, find_free_ports, is_answering


def test_a_taken_port_names_holder_and_option() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        assert is_answering(port)
        with pytest.raises(PortTaken, match=f"Port {port} \\(web\\) is taken by process {os.getpid()} .*--port"):
            ensure_free(port, purpose="web", option="--port")


def test_free_ports_are_free_and_distinct() -> None:
    ports = find_free_ports(3)
    assert len(set(ports)) == 3
    for port in ports:
        ensure_free(port, purpose="test", option="--port")
        assert not is_answering(port)
