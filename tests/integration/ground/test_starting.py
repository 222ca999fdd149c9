"""A run starts, refuses in one sentence, stops without a trace and starts again on its data."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import psycopg2
import pytest

from deploy.run import Run, disk_refusal
from deploy.servers.ports import CannotStart, is_alive
from deploy.servers.postgres import Postgres
from deploy.servers.rabbit import Rabbit
from shared.runtime.settings import Settings
from tests.support.waiting import wait_until


def _run(home: Path, port: int = 0) -> Run:
    nowhere = {"database_url": "", "amqp_url": "", "amqp_management_url": ""}
    chosen = Settings(home=home, port=port).model_copy(update=nowhere)
    return Run(chosen, names=(), quiet=True)


def _processes_of(home: Path) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in told:
            found.append(folder.name)
    return found


def test_a_busy_port_is_one_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CannotStart, match=f"端口 {port} 已被占用.*HEXIE_PORT"):
            _run(tmp_path, port).up()

    assert not (tmp_path / "postgres").exists()


def test_one_home_runs_once(tmp_path: Path) -> None:
    first, second = _run(tmp_path), _run(tmp_path)
    first.up()
    try:
        with pytest.raises(CannotStart, match="已有一个 Hexie 在运行"):
            second.up()
        assert first.postgres is not None
        assert is_alive(first.postgres.pid)
    finally:
        first.down()

    assert _processes_of(tmp_path) == []


def test_a_second_start_keeps_data_and_ports_even_after_an_unclean_end(tmp_path: Path) -> None:
    postgres, rabbit = Postgres(tmp_path), Rabbit(tmp_path)
    postgres.start()
    rabbit.start()
    left = (postgres.pid, rabbit.beam_pid(), rabbit.epmd_pid)
    with psycopg2.connect(postgres.url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()
    running = postgres.process, list(rabbit.processes)

    again, rabbit_again = Postgres(tmp_path, port=0), Rabbit(tmp_path)
    again.start()
    rabbit_again.start()

    try:
        assert not any(is_alive(pid) for pid in left), "what the unclean run left is ended"
        with psycopg2.connect(again.url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchone() == (42,)
        connection.close()
    finally:
        rabbit_again.crash()
        again.stop()
        for process in (running[0], *running[1]):
            assert process is not None
            process.wait(timeout=10)
    # What a killed Erlang machine leaves behind ends as soon as it sees its pipe closed.
    wait_until(lambda: not _processes_of(tmp_path), what="the helpers of the machine are gone")


def test_a_broken_data_folder_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "half").write_text("of a database")

    with pytest.raises(CannotStart, match=r"不完整的数据库.*移走"):
        _run(tmp_path).up()

    assert (data / "half").exists(), "nothing of the operator's is thrown away"


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free

    assert disk_refusal(free + 1, tmp_path) is None or free < 500 * 1024**2
    refused = disk_refusal(10 * 1024**2, tmp_path)

    assert refused is not None
    assert "磁盘只剩 10 MB" in str(refused)
    assert "HEXIE_HOME" in str(refused)


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(CannotStart, match="不能写入"):
        _run(tmp_path / "file" / "home").up()
