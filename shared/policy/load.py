"""The only reader of pack files. What it hands out is whole and checked; nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.policy.checks import check
from shared.policy.codec import sealed
from shared.policy.contradicting import blamed, misplaced
from shared.policy.examples import Example, coverage, read_examples
from shared.policy.findings import Finding, PackInvalid
from shared.policy.inherit import Sections, Written, gather, lay_over
from shared.policy.pack import Pack
from shared.policy.record_facts import derived_facts
from shared.policy.shapes import Shaper
from shared.policy.tree import Located, read_tree
from shared.policy.words import HEAD, NEEDLESS, SECTIONS, STATUSES

PACKS = Path(__file__).parent / "packs"
PACK_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
LARGEST_FILE = 2_000_000
DEEPEST_LINE = 8
_ASKED_OF = ("facts", "settings", "records", "reports")


def pack_ids(root: Path = PACKS) -> tuple[str, ...]:
    """The ids of all packs on file, in order."""
    return tuple(sorted(p.parent.name for p in root.glob("*/pack.yaml")))


def load_pack(pack_id: str, root: Path = PACKS) -> Pack:
    """The pack of this id from its folder. PackInvalid with every fault found."""
    return load_whole(root / pack_id)[0]


def load_whole(folder: Path) -> tuple[Pack, tuple[Example, ...]]:
    """A pack and its examples. The parent lies beside it or among the packs built in."""
    written, merged = _written(folder, ())
    try:
        return _checked(folder, written, merged)
    except PackInvalid as invalid:
        if "parent" not in written.head:
            raise
        above = _folder_of(str(written.head["parent"].value), folder.parent)
        if above is not None:
            load_whole(above)  # the parent's own faults come first
        raise PackInvalid(blamed(invalid.findings, folder.name, written)) from None


def _checked(folder: Path, written: Written, merged: Sections) -> tuple[Pack, tuple[Example, ...]]:
    pack, findings = _built(written.head, merged)
    findings = [*written.findings, *findings]
    if findings or pack is None:
        raise PackInvalid(findings)
    if pack.id != folder.name:
        raise PackInvalid(
            [written.head["id"].finding("与所在文件夹的名称不同", f"改成 {folder.name}")]
        )
    if pack.document and pack.document not in pack.sources:
        wrong = written.head["document"].finding("没有登记这份文件", "在 sources 中登记，或改正")
        raise PackInvalid([wrong])
    examples, faults = read_examples(_trees(folder, "examples/*.yaml"), pack)
    findings = [*check(pack, merged), *faults]
    if not findings:
        findings = coverage(pack, examples, merged, own=written.sections)
    if findings:
        raise PackInvalid(findings)
    return pack, examples


def _written(folder: Path, line: tuple[str, ...]) -> tuple[Written, Sections]:
    if folder.name in line or len(line) >= DEEPEST_LINE:
        chain = " → ".join((*line, folder.name))
        fault = Finding(f"{line[-1]}/pack.yaml", 1, chain, "上级包绕成了圈", "改正 parent")
        raise PackInvalid([fault])
    written = gather(list(_trees(folder, "*.yaml")))
    parent = written.head.get("parent")
    if parent is None:
        return written, written.sections
    above = _folder_of(str(parent.value), folder.parent)
    if above is None:
        raise PackInvalid([parent.finding("没有这个上级包", "核对 parent，或删去")])
    higher, merged = _written(above, (*line, folder.name))
    written.findings.extend(higher.findings)
    written.findings.extend(misplaced(written, higher))
    return written, lay_over(merged, written)


def _folder_of(pack_id: str, beside: Path) -> Path | None:
    if not PACK_ID.fullmatch(pack_id):
        return None
    places = (beside / pack_id, PACKS / pack_id)
    return next((place for place in places if (place / "pack.yaml").is_file()), None)


def _trees(folder: Path, pattern: str) -> Iterator[Located]:
    if pattern == "*.yaml" and not (folder / "pack.yaml").is_file():
        name = f"{folder.name}/pack.yaml"
        raise PackInvalid([Finding(name, 1, folder.name, "没有 pack.yaml", "补上包的首页")])
    for path in sorted(folder.glob(pattern)):
        name = path.relative_to(folder.parent).as_posix()
        if path.stat().st_size > LARGEST_FILE:
            raise PackInvalid([Finding(name, 1, path.name, "文件过大", "拆成多个文件")])
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            fault = Finding(name, 1, path.name, "不是 UTF-8 文字", "另存为 UTF-8")
            raise PackInvalid([fault]) from error
        yield read_tree(text, name)


def _built(head: dict[str, Located], merged: Sections) -> tuple[Pack | None, list[Finding]]:
    first = Shaper({}, {})
    plain: dict[str, Any] = {
        section: _section(first, section, merged[section]) for section in _ASKED_OF
    }
    asked = {name: {k: v for k, v in plain[name].items() if v is not None} for name in _ASKED_OF}
    derived = derived_facts(asked["records"].values(), asked["reports"])
    for name in derived.keys() & asked["facts"].keys():
        why = "与工作记录或报告自带的事实同名"
        first.note(merged["facts"][name], why, "删去这一条，或改名", shown=name)
    plain["facts"] = asked["facts"] | derived
    shaper = Shaper(plain["facts"], asked["settings"])
    for section in SECTIONS:
        if section not in plain:
            plain[section] = _section(shaper, section, merged[section])
    heads: dict[str, Any] = _head(shaper, head)
    findings = [*first.findings, *shaper.findings]
    if findings:
        return None, findings
    gates: dict[str, list[Any]] = {}
    for rule in plain.pop("gates").values():
        gates.setdefault(rule.gate, []).append(rule)
    for section in ("triggers", "duties"):
        plain[section] = tuple(plain[section].values())
    whole = {name: tuple(rules) for name, rules in gates.items()}
    return sealed(Pack(**heads, **plain, gates=whole, fingerprint="")), []


def _section(shaper: Shaper, section: str, places: dict[str, Located]) -> dict[str, Any]:
    cls = SECTIONS[section]
    key_name = "name" if section in ("facts", "settings") else "id"
    built = {}
    for key, at in places.items():
        given = {key_name: key}
        if section == "gates":
            given["gate"] = key.rpartition(".")[0]
        built[key] = shaper.dataclass(cls, at, given)
    return built


def _head(shaper: Shaper, head: dict[str, Located]) -> dict[str, str]:
    values = {}
    for name in HEAD:
        if name in head:
            values[name] = shaper.value(str, head[name])
        elif name in NEEDLESS:
            values[name] = ""
        else:
            at = next(iter(head.values()), Located("", "pack.yaml", 1))
            shaper.note(at, f"包的首页缺少「{name}」", f"补上「{name}」", shown=name)
    if "status" in head and head["status"].value not in STATUSES:
        shaper.note(head["status"], "不是可用的状态", f"可用：{'、'.join(STATUSES)}")
    return values
