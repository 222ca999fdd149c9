"""Examples: for every rule, a case on each side of its line, kept beside the pack and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.policy.assess import trigger_for
from shared.policy.conditions import Condition, Fact, FactValue, Outcome, facts_used, judge
from shared.policy.findings import Finding
from shared.policy.inherit import Sections
from shared.policy.judging import form_of
from shared.policy.pack import Pack, Trigger
from shared.policy.tree import Located

SIDES = {"met": Outcome.MET, "not_met": Outcome.NOT_MET, "unknown": Outcome.UNKNOWN}
SECTIONED = {"rule": "gates", "benefit": "benefits", "trigger": "triggers", "ground": "grounds"}


@dataclass(frozen=True, slots=True)
class Example:
    """One case: these facts, this day, and what the entry `of` must say ("rule/…", "benefit/…")."""

    of: str
    on: date
    facts: Mapping[str, FactValue]
    expect: Outcome
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What came of an example. `reason` is what the rule said."""

    example: Example
    outcome: Outcome
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the rule said what the example expects."""
        return self.outcome is self.example.expect

    def __str__(self) -> str:
        mark = "通过" if self.passed else "不符"
        where = f"{self.example.file}:{self.example.line}"
        wanted = f"应为 {self.example.expect}，实为 {self.outcome}"
        return f"{mark} {where} {self.example.of} {wanted}（{self.reason}）"


def run_examples(pack: Pack, examples: Iterable[Example]) -> list[ExampleResult]:
    """Judge every example on the pack."""
    return [_run(pack, example) for example in examples]


def _run(pack: Pack, example: Example) -> ExampleResult:
    facts = {name: Fact(name, value, "example") for name, value in example.facts.items()}
    kind, _, key = example.of.partition("/")
    if kind == "trigger":
        wanted = next(t for t in pack.triggers if t.id == key)
        match = trigger_for(pack, wanted.type, facts, example.on)
        if match.unknown:
            return ExampleResult(example, Outcome.UNKNOWN, match.reason)
        outcome = Outcome.MET if match.trigger.id == key else Outcome.NOT_MET
        return ExampleResult(example, outcome, f"适用 {match.trigger.id}")
    outcome, reason, _ = judge(conditions_of(pack)[example.of], facts, example.on)
    return ExampleResult(example, outcome, reason)


def conditions_of(pack: Pack) -> dict[str, Condition]:
    """Every condition of the pack that needs examples, by the name examples use."""
    found = {f"rule/{r.id}": r.when for rules in pack.gates.values() for r in rules}
    found |= {f"benefit/{b.id}": b.when for b in pack.benefits.values()}
    return found | {f"ground/{g.id}": g.when for g in pack.grounds.values()}


def coverage(
    pack: Pack, examples: Iterable[Example], places: Sections, *, own: Sections
) -> list[Finding]:
    """Entries written in this pack that lack an example on one side."""
    sides: dict[str, set[Outcome]] = {}
    for example in examples:
        sides.setdefault(example.of, set()).add(example.expect)
    findings = []
    for of, needed in _needed(pack):
        section, key = SECTIONED[of.partition("/")[0]], of.partition("/")[2]
        missing = needed - sides.get(of, set())
        if missing and key in own[section]:
            words = "、".join(sorted(missing))
            why = f"缺少示例（{words}）"
            findings.append(places[section][key].finding(why, "在 examples 中补上两侧示例", of))
    return findings


def _needed(pack: Pack) -> Iterator[tuple[str, set[Outcome]]]:
    for of, when in conditions_of(pack).items():
        yield of, {Outcome.MET, Outcome.NOT_MET} if facts_used(when) else {Outcome.MET}
    types = [t.type for t in pack.triggers]
    for trigger in pack.triggers:
        alone = trigger.when is None and types.count(trigger.type) == 1
        yield f"trigger/{trigger.id}", {Outcome.MET} if alone else {Outcome.MET, Outcome.NOT_MET}


def read_examples(
    trees: Iterable[Located], pack: Pack
) -> tuple[tuple[Example, ...], list[Finding]]:
    """The examples written in these files, and what is wrong with them."""
    known = {*conditions_of(pack), *(f"trigger/{t.id}" for t in pack.triggers)}
    examples: list[Example] = []
    findings: list[Finding] = []
    for tree in trees:
        for of, entry in _entries(tree, findings):
            if of not in known:
                remedy = "核对名称，写成「rule/…」「benefit/…」「trigger/…」「ground/…」"
                findings.append(entry.finding("没有这一条可供举例", remedy, of))
                continue
            examples.extend(_sides(of, entry, pack, findings))
    return tuple(examples), findings


def _entries(tree: Located, findings: list[Finding]) -> Iterator[tuple[str, Located]]:
    whole = tree.value.get("examples") if isinstance(tree.value, dict) else None
    if whole is None or not isinstance(whole.value, dict):
        findings.append(tree.finding("示例文件应以 examples: 开头", "按示例的写法书写"))
        return
    yield from whole.value.items()


def _sides(of: str, at: Located, pack: Pack, findings: list[Finding]) -> Iterator[Example]:
    if not isinstance(at.value, dict) or not isinstance(_plain(at.value.get("on")), date):
        findings.append(at.finding("示例没有写明日期", "补上 on: 年-月-日", of))
        return
    on = _plain(at.value["on"])
    for side, cases in at.value.items():
        if side == "on":
            continue
        if side not in SIDES or not isinstance(cases.value, list):
            known = "、".join(SIDES)
            findings.append(cases.finding(f"不认识的「{side}」", f"可用：{known}，各为列表", side))
            continue
        for case in cases.value:
            facts = _facts(case, pack, findings)
            assert isinstance(on, date)  # noqa: S101  looked at above
            yield Example(of, on, facts, SIDES[side], case.file, case.line)


def _facts(case: Located, pack: Pack, findings: list[Finding]) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    if not isinstance(case.value, dict):
        findings.append(case.finding("示例应为一组「事实: 值」", "写成 {事实: 值}；没有事实写 {}"))
        return facts
    for name, at in case.value.items():
        spec = pack.facts.get(name)
        if spec is None:
            findings.append(at.finding("没有声明过的事实", "在 facts 中声明，或改正", name))
        elif form_of(at.value) != spec.form or (spec.options and at.value not in spec.options):
            findings.append(at.finding(f"不是「{spec.says}」的取值", "按声明的类别书写"))
        else:
            facts[name] = _plain(at)
    return facts


def _plain(at: Located | None) -> FactValue:
    return None if at is None or isinstance(at.value, dict | list) else at.value


def trigger_of(pack: Pack, trigger_id: str) -> Trigger:
    """A trigger by its id. KeyError when there is none."""
    for trigger in pack.triggers:
        if trigger.id == trigger_id:
            return trigger
    raise KeyError(trigger_id)
