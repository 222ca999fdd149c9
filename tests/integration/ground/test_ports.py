"""Ports for servers: their own, and never one that a client may be given."""

from __future__ import annotations

import socket
from pathlib import Path

from deploy.servers.ports import free_port, is_free

CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_no_port_is_given_twice_nor_from_the_range_of_clients() -> None:
    first = int(CLIENTS.read_text().split()[0])

    given = [free_port() for _ in range(300)]

    assert len(set(given)) == 300
    assert max(given) < first


def test_a_wanted_port_is_given_while_it_is_free_and_another_when_it_is_taken() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted

    with socket.create_server(("127.0.0.1", wanted)):
        assert not is_free(wanted)
        assert free_port(wanted) != wanted
