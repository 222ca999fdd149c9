"""The reader refuses what leaves room for guessing, and says where, why and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.findings import Finding, PackInvalid
from shared.policy.lint import lint, run_examples
from shared.policy.load import load_pack, load_whole
from shared.policy.tree import read_tree

HEAD = """id: small
version: "1"
title: 小包
status: draft
jurisdiction: "330200"
sources:
  D: {title: 文件, number: 号, status: in_force}
clauses:
  "D:一": {source: D, citation: 第一条, wording: 应当报备。}
facts:
  plan.filed: {says: 已报备, form: flag}
  plan.on: {says: 报备日, form: date}
  plan.count: {says: 件数, form: number}
  plan.word: {says: 结果, form: text, options: [good, bad]}
"""
SETTING = """settings:
  days:
    says: 天数
    from_text: true
    values:
      - {from_on: 2023-01-01, to_on: 2023-12-31, value: 5, clause: "D:一"}
      - {from_on: 2024-01-01, value: 7, clause: "D:一"}
"""
GATE = """gates:
  plan.file:
    filed:
      code: not_filed
      says: 没有报备。
      clause: "D:一"
      when: {equals: {fact: plan.filed, value: true}}
"""
EXAMPLES = """examples:
  rule/plan.file.filed:
    on: 2024-01-01
    met: [{plan.filed: true}]
    not_met: [{plan.filed: false}]
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a pack of three files below `small` and gives its folder."""

    def put(head: str = HEAD, rest: str = GATE, examples: str = EXAMPLES) -> Path:
        folder = tmp_path / "small"
        (folder / "examples").mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(head, encoding="utf-8")
        (folder / "rest.yaml").write_text(rest, encoding="utf-8")
        (folder / "examples" / "all.yaml").write_text(examples, encoding="utf-8")
        return folder

    return put


def the_fault(folder: Path) -> Finding:
    """The first fault; every fault must say all five things."""
    found = lint(folder)
    assert found
    for fault in found:
        assert fault.file.startswith("small/")
        assert fault.line >= 1
        assert fault.why
        assert fault.remedy
    return found[0]


def test_a_small_pack_reads_and_its_examples_hold(write: Write) -> None:
    folder = write(rest=SETTING + GATE)

    assert lint(folder) == []
    assert [r.passed for r in run_examples(folder)] == [True, True]


CASES = {
    "duplicate key": (GATE.replace("code:", "says: 先写。\n      code:"), 6, "键重复"),
    "bare yes": (GATE.replace("value: true", "value: yes"), 7, "含义不明"),
    "bare off": (GATE.replace("says: 没有报备。", "says: off"), 5, "含义不明"),
    "number as text": (GATE.replace("says: 没有报备。", "says: 12"), 5, "应为文字"),
    "leading zero": (GATE.replace("says: 没有报备。", "says: 012"), 5, "像数字"),
    "no such day": (SETTING.replace("2024-01-01", "2024-02-30") + GATE, 7, "没有这一天"),
    "empty value": (GATE.replace("code: not_filed", "code:"), 4, "没有值"),
    "unknown key": (GATE.replace("code:", "colour: red\n      code:"), 4, "不认识的键"),
    "no clause": (GATE.replace('      clause: "D:一"\n', ""), 3, "没有条款依据"),
    "dangling clause": (GATE.replace("D:一", "D:二"), 3, "不存在"),
    "unknown comparison": (GATE.replace("equals:", "matches:"), 7, "不认识的判断词"),
    "undeclared fact": (GATE.replace("fact: plan.filed", "fact: plan.sent"), 7, "没有声明过的事实"),
    "wrong form": (GATE.replace("value: true", "value: 3"), 7, "要与true/false比较"),
    "two comparisons": (
        GATE.replace(
            "value: true}}", "value: true}, not: {equals: {fact: plan.filed, value: true}}}"
        ),
        7,
        "只能有一个判断词",
    ),
    "wrong comparison": (GATE.replace("equals:", "at_least:"), 7, "不能用"),
    "unknown setting": (
        GATE.replace("{fact: plan.filed, value: true}", "{fact: plan.count, setting: weeks}"),
        7,
        "没有这个设置",
    ),
    "unknown option": (
        GATE.replace("{fact: plan.filed, value: true}", "{fact: plan.word, value: fine}"),
        7,
        "取值",
    ),
    "alias": (GATE.replace("code: not_filed", "code: &a not_filed\n      mark: *a"), 4, "锚点"),
    "tag": (GATE.replace("code: not_filed", "code: !!python/name:os.system x"), 4, "类型标记"),
    "unknown section": (GATE + "laws:\n  a: b\n", 8, "不认识的部分"),
    "unknown status": (GATE.replace("code:", "status: 500\n      code:"), 4, "可用的词"),
    "overlapping dates": (
        SETTING.replace("2024-01-01, value", "2023-12-31, value") + GATE,
        2,
        "重叠",
    ),
    "gap in dates": (SETTING.replace("2024-01-01, value", "2024-02-01, value") + GATE, 2, "没有值"),
    "turned dates": (SETTING.replace("to_on: 2023-12-31", "to_on: 2022-12-31") + GATE, 2, "早于"),
    "hard and marked": (GATE.replace("code:", "mark: late\n      code:"), 3, "只作标记"),
    "not yaml": (GATE + "   x: [", 8, "YAML"),
    "two documents": (GATE + "---\na: 1\n", 8, "一份内容"),
    "rule is text": ("gates:\n  plan.file:\n    filed: 必须报备\n", 3, "应为一组"),
    "unknown kind": (
        GATE.replace("code:", "kinds: [ship]\n      code:"),
        3,
        "没有「ship」这类单位",
    ),
    "kind without words": (
        GATE + "kinds:\n  ship: {name: 船, identifier: internal, clause: 'D:一', fields: []}\n",
        9,
        "不认识的单位类型「ship」",
    ),
}


@pytest.mark.parametrize(("rest", "line", "why"), CASES.values(), ids=CASES)
def test_one_clear_error_with_file_line_value_why_and_remedy(
    write: Write, rest: str, line: int, why: str
) -> None:
    folder = write(rest=rest)
    the_fault(folder)

    told = [(f.file, f.line) for f in lint(folder) if why in f.why]
    assert told == [("small/rest.yaml", line)]


def test_a_clause_without_a_rule_must_say_why(write: Write) -> None:
    head = HEAD.replace(
        "facts:", '  "D:二": {source: D, citation: 第二条, wording: 倡导。}\nfacts:'
    )
    fault = the_fault(write(head=head))

    assert "没有任何规则依据" in fault.why
    assert lint(write(head=head.replace("倡导。}", "倡导。, unused_because: 倡导}"))) == []


def test_a_rule_without_an_example_on_both_sides_is_refused(write: Write) -> None:
    one_sided = EXAMPLES.replace("    not_met: [{plan.filed: false}]\n", "")
    fault = the_fault(write(examples=one_sided))

    assert "not_met" in fault.why
    assert "rule/plan.file.filed" in str(fault)


def test_an_example_that_does_not_hold_is_seen(write: Write) -> None:
    folder = write(examples=EXAMPLES.replace("met: [{plan.filed: true}]", "met: [{}]"))
    failed = [r for r in run_examples(folder) if not r.passed]

    assert len(failed) == 1
    assert "不符" in str(failed[0])


@pytest.mark.parametrize(
    ("examples", "why"),
    [
        (EXAMPLES + "  rule/plan.file.sent:\n    on: 2024-01-01\n    met: [{}]\n", "没有这一条"),
        (EXAMPLES.replace("plan.filed: true", "plan.sent: true"), "没有声明过的事实"),
        (EXAMPLES.replace("plan.filed: true", "plan.filed: 1"), "取值"),
        (EXAMPLES.replace("    on: 2024-01-01\n", ""), "没有写明日期"),
    ],
)
def test_examples_are_read_as_strictly(write: Write, examples: str, why: str) -> None:
    assert any(why in f.why for f in lint(write(examples=examples)))


def test_all_faults_are_told_at_once(write: Write) -> None:
    rest = GATE.replace("fact: plan.filed", "fact: plan.sent") + (
        "duties:\n  d: {says: 报备, levels: [city], recurs: monthly, month: 2, day: 30}\n"
    )

    assert len(lint(write(rest=rest))) >= 3


def child(folder: Path, text: str) -> Path:
    other = folder.parent / "child"
    other.mkdir(exist_ok=True)
    head = 'id: child\nversion: "1"\ntitle: 子包\nstatus: draft\njurisdiction: "330200"\nparent: small\n'
    (other / "pack.yaml").write_text(head + text, encoding="utf-8")
    return other


def test_a_child_says_what_it_changes(write: Write) -> None:
    folder = write(rest=SETTING + GATE)
    own = child(folder, "lists: {}\n")
    changed = SETTING.replace("    says: 天数", "    replaces: 本地另有规定\n    says: 天数")

    inherited, _ = load_whole(own)
    assert inherited.parent == "small"
    assert inherited.gates.keys() == {"plan.file"}
    assert [f.why[:8] for f in lint(child(folder, SETTING))] == ["与上级包的条目冲"]
    replaced, _ = load_whole(child(folder, changed.replace("value: 7", "value: 9")))
    assert [v.value for v in replaced.settings["days"].values] == [5, 9]


def test_a_child_may_drop_with_a_reason_and_not_what_is_not_there(write: Write) -> None:
    folder = write(rest=SETTING + GATE)
    dropped, _ = load_whole(child(folder, "drops:\n  settings/days: 本地不设\n"))

    assert dropped.settings == {}
    assert "没有这一条" in lint(child(folder, "drops:\n  settings/weeks: 不设\n"))[0].why
    assert (
        "replaces" in lint(child(folder, "settings:\n  weeks: {replaces: 无, says: 周}\n"))[0].why
    )


def test_a_circle_of_parents_is_seen(write: Write) -> None:
    folder = write(head=HEAD + "parent: child\n")

    assert "绕成了圈" in lint(child(folder, ""))[0].why


def test_a_parent_that_is_not_there_is_said(write: Write) -> None:
    assert "没有这个上级包" in the_fault(write(head=HEAD + "parent: nobody\n")).why


def test_a_folder_without_a_first_page_is_said(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match=r"没有 pack\.yaml"):
        load_pack("nothing", tmp_path)


def test_bytes_that_are_no_text_are_said(write: Write) -> None:
    folder = write()
    (folder / "rest.yaml").write_bytes(b"\xff\xfe\x00")

    assert "UTF-8" in the_fault(folder).why


def test_a_parent_is_a_pack_beside_and_no_path(write: Write) -> None:
    assert "没有这个上级包" in the_fault(write(head=HEAD + "parent: ../small\n")).why


def test_a_change_without_a_reason_is_not_taken(write: Write) -> None:
    folder = write(rest=SETTING + GATE)
    unreasoned = SETTING.replace("    says: 天数", "    replaces: true\n    says: 天数")

    assert any("理由" in f.why for f in lint(child(folder, unreasoned)))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_never_breaks_the_reader(text: str) -> None:
    try:
        line = read_tree(text, "small/any.yaml").line
    except PackInvalid as invalid:
        line = invalid.findings[0].line

    assert line >= 1


LINES = (HEAD + SETTING + GATE).splitlines()
DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["drop", "twice", "swap", "word", "indent"]),
        st.integers(0, len(LINES) - 1),
        st.sampled_from(
            ["yes", "12", "[]", "{}", '""', "D:二", "2024-13-01", "a: b", "- x", "0.5"]
        ),
    ),
    min_size=1,
    max_size=3,
)


def damaged(lines: list[str], how: str, at: int, word: str) -> list[str]:
    at = min(at, len(lines) - 1)
    line = lines[at]
    if how == "drop":
        return lines[:at] + lines[at + 1 :]
    if how == "twice":
        return [*lines[: at + 1], line, *lines[at + 1 :]]
    if how == "swap":
        return [*lines[at:], *lines[:at]]
    new = f"  {line}" if how == "indent" else f"{line.split(':')[0]}: {word}"
    return [*lines[:at], new, *lines[at + 1 :]]


@given(DAMAGE)
def test_a_damaged_pack_is_refused_with_places_or_still_whole(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[str, int, str]]
) -> None:
    lines = list(LINES)
    for how, at, word in damage:
        lines = damaged(lines, how, at, word) if lines else lines
    folder = tmp_path_factory.mktemp("p") / "small"
    (folder / "examples").mkdir(parents=True)
    (folder / "pack.yaml").write_text("\n".join(lines), encoding="utf-8")
    (folder / "examples" / "all.yaml").write_text(EXAMPLES, encoding="utf-8")

    for fault in lint(folder):
        assert fault.file
        assert fault.line >= 1
        assert fault.why
        assert fault.remedy
