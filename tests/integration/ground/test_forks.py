"""Processes that begin warm: what they are given, how their end is told, and that none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.forks import Forks
from deploy.process import ALL, NAMEKO, modules_of
from deploy.servers.ports import CannotStart, is_alive, start_time
from tests.support.waiting import wait_until

HERE = "tests.integration.ground.test_forks"
PARENT = """
import signal, sys
from pathlib import Path
from deploy.forks import Forks
forks = Forks("plain", [], Path(sys.argv[1]) / "forks.log")
print(forks.start(sys.argv[2], environment={}, log=Path(sys.argv[1]) / "fork.log").pid, flush=True)
signal.pause()
"""


def tell(*words: str) -> None:
    """What a fork does here: say what it was given."""
    sys.stdout.write(f"{' '.join(words)} {os.environ.get('GIVEN')} {os.environ.get('HOME')}\n")


def leave(code: str) -> None:
    """End with a code."""
    sys.exit(int(code))


def fail() -> None:
    """End as a defect ends a process."""
    raise ValueError("a defect")


def stay() -> None:
    """Until a signal ends it."""
    signal.pause()


def _watch(says: bytes) -> None:
    """Have the hub watch something that nobody ever takes."""
    import socket

    from eventlet import hubs

    one, other = socket.socketpair()
    hub = hubs.get_hub()
    hub.add(hub.READ, one.detach(), lambda _: None, lambda _: None, lambda: None)
    other.send(says)
    other.detach()


def be_busy() -> None:
    """Have a hub that is never at rest."""
    import eventlet

    _watch(b"there")
    eventlet.sleep(60)


def be_idle() -> None:
    """End with how much of half a second's sleep was spent at work, in hundredths."""
    import eventlet

    _watch(b"")
    before = time.process_time()
    eventlet.sleep(0.5)
    sys.exit(round((time.process_time() - before) / 0.5 * 100))


def show_settings_read() -> None:
    """How many settings were read before there was an environment to read."""
    from shared.runtime.settings import settings

    sys.exit(settings.cache_info().currsize)


@pytest.fixture(scope="module", params=["green", "plain"])
def forks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forks]:
    """One of each kind that has imported what it forks."""
    log = tmp_path_factory.mktemp("forks") / "forks.log"
    names = [name for name in ALL if (name in NAMEKO) == (request.param == "green")]
    found = Forks(request.param, modules_of(names), log)
    yield found
    found.stop()


def test_a_fork_has_its_environment_its_arguments_and_its_log(forks: Forks, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")

    born = forks.start(f"{HERE}:tell", "one", "two", environment={"GIVEN": "this"}, log=log)

    assert born.wait(timeout=20) == 0
    assert log.read_text() == "before\none two this None\n"


def test_an_end_is_told_as_it_was(forks: Forks, tmp_path: Path) -> None:
    log = tmp_path / "log"
    left = forks.start(f"{HERE}:leave", "7", environment={}, log=log)
    failed = forks.start(f"{HERE}:fail", environment={}, log=log)
    killed = forks.start(f"{HERE}:stay", environment={}, log=log)
    assert killed.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        killed.wait(timeout=0.01)
    killed.send_signal(signal.SIGKILL)

    assert (left.wait(20), failed.wait(20), killed.wait(20)) == (7, 1, -signal.SIGKILL)
    assert "ValueError: a defect" in log.read_text()


def test_no_fork_is_woken_by_the_events_of_another(forks: Forks, tmp_path: Path) -> None:
    busy = forks.start(f"{HERE}:be_busy", environment={}, log=tmp_path / "busy")
    idle = [forks.start(f"{HERE}:be_idle", environment={}, log=tmp_path / "idle") for _ in range(2)]

    assert [one.wait(timeout=20) < 20 for one in idle] == [True, True]
    assert busy.poll() is None
    busy.send_signal(signal.SIGKILL)


def test_importing_has_read_no_setting(forks: Forks, tmp_path: Path) -> None:
    born = forks.start(f"{HERE}:show_settings_read", environment={}, log=tmp_path / "log")

    assert born.wait(timeout=20) == 0


def test_one_that_died_is_begun_again_and_its_forks_are_known_to_be_gone(tmp_path: Path) -> None:
    forks = Forks("plain", [], tmp_path / "forks.log")
    first = forks.start(f"{HERE}:stay", environment={}, log=tmp_path / "log")
    started = start_time(first.pid)
    forks._process.kill()
    forks._process.wait(timeout=10)

    assert first.wait(timeout=20) == -signal.SIGTERM
    wait_until(lambda: not is_alive(first.pid, started), what="the fork to end with its parent")
    again = forks.start(f"{HERE}:leave", "3", environment={}, log=tmp_path / "log")
    assert again.wait(timeout=20) == 3
    forks.stop()


def test_what_cannot_be_imported_is_told_with_the_log_to_look_into(tmp_path: Path) -> None:
    forks = Forks("plain", ["no.such.module"], tmp_path / "forks.log")

    with pytest.raises(CannotStart, match=r"forks\.log"):
        forks.start(f"{HERE}:stay", environment={}, log=tmp_path / "log")
    assert "No module named 'no'" in (tmp_path / "forks.log").read_text()


def test_no_fork_outlives_a_killed_owner(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), f"{HERE}:stay"],
        stdout=subprocess.PIPE, text=True,
    ) as owner:  # fmt: skip
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        started = start_time(pid)
        assert started
        owner.kill()

    wait_until(lambda: not is_alive(pid, started), what="the fork to end with its owner")
