"""Ports for servers: their own, and never one that a client may be given."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from deploy.servers.ports import free_port, is_alive, is_free
from tests.support.waiting import wait_until

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


# A server killed hard dies thread by thread, its first one maybe before the one that is at work.
HALF_DEAD = """
import ctypes, socket, sys, threading, signal
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=signal.sigwait, args=({signal.SIGTERM},)).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def test_a_process_is_alive_until_its_last_thread_has_let_its_ports_go() -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", HALF_DEAD, str(port)]) as process:
        stat = Path(f"/proc/{process.pid}/stat")
        try:
            wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z", what="half")
            assert is_alive(process.pid)
            assert not is_free(port)
        finally:
            process.kill()
        wait_until(lambda: not is_alive(process.pid), what="the end")
        assert is_free(port)
