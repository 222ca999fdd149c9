"""A child that contradicts its parent: said of the change the child made, not of the parent's file.

A child may drop or replace what its parent has. When the parent's other entries still need it, the
fault is the child's, whatever file it shows in.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.contracts.scalars import covers
from shared.policy.findings import Finding
from shared.policy.inherit import Written

REMEDY = "连同这一条一并 replaces 或 drops 并写明理由，或撤回本包的改动"


def blamed(findings: Iterable[Finding], name: str, written: Written) -> list[Finding]:
    """Faults that show in the parent's files, told as this pack's; its own stay as they are."""
    return [f if f.file.startswith(f"{name}/") else _blamed(f, name, written) for f in findings]


def _blamed(fault: Finding, name: str, written: Written) -> Finding:
    file, line, change = _change(fault, name, written)
    why = (
        f"与上级包矛盾：{change}，而上级包的「{fault.value}」（{fault.file}:{fault.line}）仍要用到"
        f"——{fault.why}"
    )
    return Finding(file, line, name, why, REMEDY)


def _change(fault: Finding, name: str, written: Written) -> tuple[str, int, str]:
    """The change of this pack that the fault speaks of, as far as it can be told."""
    told = f"{fault.why}{fault.value}"
    for path, at in written.drops.items():
        if path.partition("/")[2] in told:
            return at.file, at.line, f"本包删去了「{path}」"
    for section, key in sorted(written.replaced):
        if key in told or key.partition(".")[0] in told:
            at = written.sections[section][key]
            return at.file, at.line, f"本包改写了「{section}/{key}」"
    listed = [*written.drops, *(f"{s}/{k}" for s, k in sorted(written.replaced))]
    return f"{name}/pack.yaml", 1, f"本包改动了{'、'.join(listed[:5])}"


def misplaced(child: Written, parent: Written) -> list[Finding]:
    """A child's place lies within its parent's."""
    here, above = child.head.get("jurisdiction"), parent.head.get("jurisdiction")
    if here is None or above is None or covers(str(above.value), str(here.value)):
        return []
    why = f"不在上级包的适用地区 {above.value} 之内，上级包的规则管不到这里"
    return [here.finding(why, "改正地区，或换一个上级包")]
