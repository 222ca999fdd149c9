"""The walk-through that adds a city, done as `docs/adding-a-city.md` prints it, word for word."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.sample.chain import moment
from tests.conftest import EXAMPLES
from tests.support.hexie import Hexie
from tests.support.servers import Servers
from tests.support.system import System

DOCUMENT = EXAMPLES.parent / "adding-a-city.md"
CITY = EXAMPLES / "yunchuan"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANSWER = re.compile(r"# 应答 (\d{3})(?:：(.+))?")


@dataclass(frozen=True)
class Step:
    """One request as the document prints it, and what it promises of the answer."""

    method: str
    path: str
    status: int
    says: str
    body: Any


def blocks(kind: str) -> list[str]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return [body for word, body in BLOCK.findall(text) if word == kind]


def steps() -> list[Step]:
    found = []
    for block in blocks("http"):
        first, answer, *rest = block.splitlines()
        method, path = first.split()
        promised = ANSWER.fullmatch(answer)
        assert promised, answer
        body = "\n".join(rest).strip()
        found.append(
            Step(
                method,
                path,
                int(promised[1]),
                promised[2] or "",
                json.loads(body) if body else None,
            )
        )
    return found


def commands(*, running: bool) -> list[list[str]]:
    """The commands of the document: those about files, or those that need the running system."""
    typed = [shlex.split(line) for block in blocks("console") for line in block.splitlines()]
    hexie = [words[1:] for words in typed if words[0] == "hexie" and words[1] != "run"]
    return [words for words in hexie if (words[1] in ("activate", "add", "issue")) is running]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's folder, made of nothing but the document's own blocks."""
    folder = tmp_path_factory.mktemp("yunchuan")
    for block in blocks("yaml"):
        path = folder / block.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hexie(system: System, servers: Servers, city: Path) -> Hexie:
    """The command line of whoever adds the city."""
    variables = dict(
        line.removeprefix("export ").split("=")
        for block in blocks("console")
        for line in block.splitlines()
        if line.startswith("export ")
    )
    more = {name: value.replace("yunchuan", str(city), 1) for name, value in variables.items()}
    return Hexie(system, servers, more)


def test_the_document_prints_every_file_of_the_example_as_it_is(city: Path) -> None:
    printed = {p.relative_to(city): p.read_text(encoding="utf-8") for p in city.rglob("*.yaml")}
    shipped = {p.relative_to(CITY): p.read_text(encoding="utf-8") for p in CITY.rglob("*.yaml")}

    assert printed == shipped


def test_the_files_are_sound_and_the_examples_hold(hexie: Hexie) -> None:
    said = [hexie(*words) for words in commands(running=False)]

    assert "yunchuan-2026：没有问题" in said[0]
    assert "机构和区划（自己的文件 2 份）：没有问题" in said[0]
    assert said[1] == "yunchuan-2026：7 个正反例，0 个不符\n"
    assert "只有乙有（2）：创建倡议书；用工体检。" in said[2]


def test_the_city_does_its_first_work_the_same_hour(system: System, hexie: Hexie) -> None:
    activated, account, token = (hexie.said(*words) for words in commands(running=True))
    headers = {
        "authorization": f"Bearer {token['token']}",
        "hexie-clock": moment(date(2026, 3, 10)).isoformat(),
    }
    unit_id = ""

    with httpx2.Client(base_url=system.url, headers=headers, timeout=30) as http:
        for number, step in enumerate(steps()):
            body = json.dumps(step.body).replace("UNIT_ID", unit_id) if step.body else None
            key = {"idempotency-key": f"new-city-{number}", "content-type": "application/json"}
            answer = http.request(step.method, step.path, content=body, headers=key)

            assert answer.status_code == step.status, (step, answer.text)
            assert step.says in answer.text, step
            unit_id = unit_id or answer.json().get("unit_id", "")
        page = http.get("/api/v1/packs/yunchuan-2026").json()

    assert (activated["jurisdiction"], activated["activated_by_name"]) == ("990100", "张敏")
    assert account["office"] == "城东区协调劳动关系三方会议办公室"
    assert [a["effective_on"] for a in page["activations"]] == ["2026-02-01"]
    assert page["effective_on"] == "2026-02-01"
    assert [b["number"] for b in page["basis"]] == ["人社部发〔2023〕2号"]


def test_a_seat_must_be_one_of_the_office(hexie: Hexie) -> None:
    words = ("account", "add", "yc-xw", "--name", "某", "--roles", "seat", "--by", "张敏")

    wrong = hexie.said(*words, "--node", "990102", "--body", "城东区企业联合会", exits=1)
    nowhere = hexie.said(*words, "--node", "990199", exits=1)

    assert "城东区工商业联合会" in wrong["says"]
    assert "没有编码为“990199”的办公室" in nowhere["says"]


def test_a_wrong_place_is_said_before_anything_starts(hexie: Hexie, city: Path) -> None:
    file = city / "organisations" / "990100.yaml"
    good = file.read_text(encoding="utf-8")
    try:
        file.write_text(good.replace('code: "990121"', 'code: "990122"'), encoding="utf-8")
        said = hexie("pack", "lint", exits=1)
    finally:
        file.write_text(good, encoding="utf-8")

    assert "办公室「990122」（江口县协调劳动关系三方会议办公室）所在的区划不在区划表中" in said
