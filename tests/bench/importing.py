"""100,000 rows of 20 columns uploaded at the portal, beside a bare read and COPY of the same rows."""

from __future__ import annotations

import csv
import io
import itertools
import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import httpx2
import psycopg2
from python_calamine import CalamineWorkbook

from deploy.run import Run
from deploy.sample import people
from deploy.sample.units import DISTRICTS, credit_code
from services.gateway.auth.accounts import NewAccount, create_account
from services.gateway.importer.workbook import Column, write_book
from services.registry.handlers import packs
from shared.contracts.message import Actor
from shared.contracts.registry import IMPORT_COLUMNS
from shared.contracts.registry_acts import ActivatePack
from shared.messaging.tx import open_tx
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings
from tests.bench.ground import World
from tests.bench.processor import spent
from tests.bench.rows import Goal, Pair, Row, row

PROCESSES = ("registry", "gateway")
COLUMNS = (*IMPORT_COLUMNS, "备注一", "备注二")  # twenty
_GOAL = Goal(most=5, times=2)
_WRONG_EVERY = 200  # 500 wrong rows in 100,000
_PASSWORD = "一个足够长的口令 2026"  # noqa: S105  of an account that lives as long as a round
_TRADES = ("机械", "电子", "纺织", "化工", "食品", "物流", "科技", "建材", "服装", "模具")
_SIGNS = "华明远东海通达天成金盛新宏德正和兴隆泰安康平大中国永昌恒丰瑞祥"


def measure(world: World, *, rounds: int, count: int) -> list[Row]:
    """From sending the file to the page of its dry run, with the guard and the file of wrong rows."""
    content = a_book(count)
    pairs, cost = [], ""
    for _ in range(rounds):
        with world.running(*PROCESSES) as run:
            begin(run)
            before = spent(world.servers, run)
            ours = _uploaded(run, content, count)
            cost = spent(world.servers, run).since(before).words(count)
            pairs.append(Pair(ours, _bare(run, content, count)))
    detail = f"{len(content) / 1e6:.1f} MB, {count // _WRONG_EVERY} wrong rows found and given back; {cost}"
    return [
        row(
            f"Excel import, {count:,} × {len(COLUMNS)}", "s", pairs, goal=_GOAL,
            yardstick="bare read + COPY", detail=detail,
        )
    ]  # fmt: skip


def names(count: int) -> Iterator[str]:
    """Names of companies, all different up to 800,000."""
    signs = itertools.product(_SIGNS, repeat=3)
    for n, (one, two, three) in enumerate(itertools.islice(itertools.cycle(signs), count)):
        place = ("宁波", "浙江", "宁波市")[n % 3]
        yield f"{place}{one}{three}{two}{_TRADES[(n // len(_SIGNS)) % len(_TRADES)]}有限公司"


def a_book(count: int) -> bytes:
    """A workbook of as many enterprises; every 200th row has a head count that is none."""
    divisions = sorted(DISTRICTS)
    rows = []
    for n, name in enumerate(names(count)):
        division = divisions[n % 10]
        heads: object = "若干" if n % _WRONG_EVERY == _WRONG_EVERY - 1 else 10 + n % 900
        rows.append([
            "企业", name, credit_code(division, n), division, f"测试路{n % 3000}号{n // 3000}室",
            "3484", heads, 1000 + n % 7777, 2000.5 + n % 9999, "", "", "", "", "", "2015-03-01", "",
            "张三", f"1380574{n % 10000:04d}", "甲", "乙",
        ])  # fmt: skip
    return write_book([Column(heading) for heading in COLUMNS], rows, sheet="单位")


def begin(run: Run) -> None:
    """The law is at work, and a clerk has an account."""
    chosen = Settings(database_url=run.database_url)
    admin = Actor(id="bench", name="测量", node="330200", roles=("admin",))
    law = ActivatePack(
        pack_id="ningbo-2023",
        jurisdiction="330200",
        effective_on=date(2025, 1, 6),
        reason="测量启用",
    )
    engine = make_engine("registry", chosen, pool_size=1)
    with open_tx(engine, service="registry", actor=admin) as tx:
        packs.activate_pack(tx, law)
    engine.dispose()
    clerk = people.clerk(people.CITY)
    account = NewAccount(
        login="bench", name=clerk.name, password=_PASSWORD, roles=clerk.roles, node=clerk.node
    )
    engine = make_engine("gateway", chosen, pool_size=1)
    with engine.begin() as connection:
        create_account(connection, account, by="bench", now=datetime.now(UTC))
    engine.dispose()


def _uploaded(run: Run, content: bytes, count: int) -> float:
    """Seconds until the dry run is on the screen; every row must be judged."""
    url = f"http://127.0.0.1:{run.settings.port}"
    with httpx2.Client(base_url=url, timeout=300, follow_redirects=True) as http:
        http.post("/sign-in", data={"login": "bench", "password": _PASSWORD, "then": "/imports"})
        token = re.search(r'name="csrf" value="([^"]+)"', http.get("/imports").text)
        assert token is not None, "nobody is signed in"
        begun = time.perf_counter()
        shown = http.post("/imports", data={"csrf": token[1]}, files={"file": ("a.xlsx", content)})
        took = time.perf_counter() - begun
        assert shown.status_code == 200, shown.text[:500]
        told = re.findall(r'<b class="[^"]*">([\d,]+)', shown.text)
        figures = [int(number.replace(",", "")) for number in told]
        assert figures[0] == count - count // _WRONG_EVERY, figures
        assert figures[4] == count // _WRONG_EVERY, figures
        assert count < _WRONG_EVERY or "/files/" in shown.text
    return took


def _bare(run: Run, content: bytes, count: int) -> float:
    """Seconds of reading the workbook and copying its rows into a table without any rule."""
    columns = ", ".join(f"c{n} text" for n in range(len(COLUMNS)))
    with closing(psycopg2.connect(run.database_url)) as database, database.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare_import ({columns})")
        database.commit()
        begun = time.perf_counter()
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python()
        text = io.StringIO()
        csv.writer(text).writerows(rows[1:])
        text.seek(0)
        cursor.copy_expert("COPY bare_import FROM STDIN (FORMAT csv)", text)
        database.commit()
        took = time.perf_counter() - begun
        cursor.execute("SELECT count(*) FROM bare_import")
        assert cursor.fetchone() == (count,)
        cursor.execute("DROP TABLE bare_import")
        database.commit()
    return took
