"""A pack that contradicts its parent is told so in one clear sentence, at the change it made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.policy.findings import Finding
from shared.policy.lint import lint

PARENT = """id: province
version: "1"
title: 省方案
status: in_force
jurisdiction: "990000"
document: D
sources:
  D: {title: 省方案, number: 省〔2026〕1号, status: in_force}
clauses:
  "D:一": {source: D, citation: 第一条, wording: 各市三月底前报备安排，为企业开展体检。}
facts:
  unit.kind: {says: 单位类型, form: text}
kinds:
  enterprise:
    name: 企业
    identifier: credit_code
    clause: "D:一"
    fields: []
  park: {name: 工业园区, identifier: internal, clause: "D:一", fields: []}
records:
  check_up:
    name: 体检
    group: cultivate
    about: unit
    clause: "D:一"
    kinds: [enterprise]
    fields:
      - {name: mode, says: 方式, form: choice, required: true,
         options: [{id: peer, says: 互评}, {id: online, says: 线上}]}
gates:
  record.check_up:
    by_peers:
      code: not_by_peers
      says: 体检应由企业互评。
      clause: "D:一"
      kinds: [enterprise, park]
      when: {equals: {fact: check_up.mode, value: peer}}
duties:
  plan:
    says: 报备年度安排
    levels: [city]
    recurs: yearly
    month: 3
    day: 31
    clause: "D:一"
    done_by: plan
"""
EXAMPLES = """examples:
  rule/record.check_up.by_peers:
    on: 2026-01-01
    met: [{check_up.mode: peer}]
    not_met: [{check_up.mode: online}]
"""
HEAD = """id: city
version: "1"
title: 市方案
status: in_force
jurisdiction: "990100"
parent: province
"""
DUTY = """duties:
  plan:
    says: 报备年度安排
    levels: [city]
    recurs: yearly
    month: 4
    day: 30
    clause: "D:一"
    done_by: plan
"""
Child = Callable[..., list[Finding]]


def line(beginning: str) -> int:
    """Where a line of the province's pack stands."""
    lines = PARENT.splitlines()
    return next(n for n, text in enumerate(lines, start=1) if text.strip().startswith(beginning))


@pytest.fixture
def child(tmp_path: Path) -> Child:
    """What lint says of a city's pack below the province's."""
    for folder, files in {"province": {"pack.yaml": PARENT, "examples/e.yaml": EXAMPLES}}.items():
        for name, text in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def write(body: str, head: str = HEAD) -> list[Finding]:
        (tmp_path / "city").mkdir()
        (tmp_path / "city" / "pack.yaml").write_text(head + body, encoding="utf-8")
        return lint(tmp_path / "city")

    assert lint(tmp_path / "province") == []
    return write


def test_a_pack_that_says_nothing_of_its_own_inherits_all(child: Child) -> None:
    assert child("") == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "kinds:\n  park: {name: 园区, identifier: internal, clause: 'D:一', fields: []}\n",
            (
                f"city/pack.yaml:8：「park」与上级包的条目冲突（province/pack.yaml:{line('park:')}）。"
                "确要改动就加一行「replaces: 理由」，否则换编号或删去。"
            ),
        ),
        (
            (
                "kinds:\n  site: {replaces: 本市有, name: 工地, identifier: internal,"
                " clause: 'D:一', fields: []}\n"
            ),
            (
                "city/pack.yaml:8：「site」写了 replaces，但上级包里没有这一条。"
                "核对编号，或删去 replaces。"
            ),
        ),
        (
            "drops:\n  kinds/site: 本市没有工地\n",
            (
                "city/pack.yaml:8：「kinds/site」上级包里没有这一条，无从删去。"
                "核对编号，写成「部分/编号」。"
            ),
        ),
        (
            "drops:\n  kinds/park: 本市没有园区\n",
            (
                "city/pack.yaml:8：「city」与上级包矛盾：本包删去了「kinds/park」，"
                f"而上级包的「record.check_up.by_peers」（province/pack.yaml:{line('by_peers')}）仍要用到"
                "——没有「park」这类单位。"
                "连同这一条一并 replaces 或 drops 并写明理由，或撤回本包的改动。"
            ),
        ),
        (
            "drops:\n  records/check_up: 本市不体检\n",
            (
                "city/pack.yaml:8：「city」与上级包矛盾：本包删去了「records/check_up」，"
                f"而上级包的「check_up.mode」（province/pack.yaml:{line('when:')}）仍要用到"
                "——没有声明过的事实。"
                "连同这一条一并 replaces 或 drops 并写明理由，或撤回本包的改动。"
            ),
        ),
        (
            DUTY,
            (
                f"city/pack.yaml:8：「plan」与上级包的条目冲突（province/pack.yaml:{line('plan:')}）："
                "上级包定在3月31日，本包写作4月30日。"
                "确要改动就加一行「replaces: 理由」，否则换编号或删去。"
            ),
        ),
    ],
    ids=["collides", "replaces nothing", "drops nothing", "kind narrowed", "record gone", "moved"],
)
def test_each_contradiction_is_one_sentence(child: Child, body: str, sentence: str) -> None:
    assert [str(finding) for finding in child(body)] == [sentence]


def test_a_narrowed_record_is_said_at_the_change(child: Child) -> None:
    narrowed = """records:
  check_up:
    replaces: 本市只做线上体检
    name: 体检
    group: cultivate
    about: unit
    clause: "D:一"
    kinds: [enterprise]
    fields:
      - {name: place, says: 地点, form: text}
"""

    (finding,) = child(narrowed)

    assert (finding.file, finding.line) == ("city/pack.yaml", 8)
    assert finding.why.startswith("与上级包矛盾：本包改写了「records/check_up」")


def test_a_duty_moved_with_a_reason_stands(child: Child) -> None:
    assert child(DUTY.replace("    says", "    replaces: 本市另有安排\n    says", 1)) == []


def test_a_place_outside_the_parents_is_refused(child: Child) -> None:
    (finding,) = child("", HEAD.replace("990100", "330200"))

    assert finding.value == "330200"
    assert finding.why == "不在上级包的适用地区 990000 之内，上级包的规则管不到这里"


def test_a_gate_nobody_asks_at_is_refused(child: Child) -> None:
    gate = """gates:
  plan.fle:
    mistyped: {code: x, says: 说, clause: "D:一", when: {equals: {fact: unit.kind, value: park}}}
"""

    (finding,) = child(gate)

    assert finding.why == "没有「plan.fle」这个关口，规则永远不会用到"
    assert "plan.file" in finding.remedy


def test_the_documents_own_source_must_be_there(child: Child) -> None:
    (finding,) = child("", HEAD + "document: X\n")

    assert (finding.value, finding.why) == ("X", "没有登记这份文件")
