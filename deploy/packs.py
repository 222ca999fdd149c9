"""`hexie pack`: list, lint, run the examples, tell the difference, put to work."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from deploy.addresses import of_running_system
from deploy.servers.ports import CannotStart
from services.gateway.clients import Asking, Services
from shared.contracts.message import Actor
from shared.contracts.registry_acts import ActivatePack
from shared.policy.diff import diff
from shared.policy.findings import PackInvalid
from shared.policy.lint import lint, run_examples
from shared.policy.load import PACKS, load_pack, pack_ids
from shared.runtime.packs import all_packs

_STATUS = {"draft": "征求意见稿", "in_force": "施行", "repealed": "废止", "baseline": "基线"}


def listing() -> list[dict[str, str]]:
    """Every pack with its status and fingerprint."""
    found = []
    for pack_id in pack_ids():
        pack = load_pack(pack_id)
        found.append(
            {
                "id": pack.id,
                "version": pack.version,
                "status": _STATUS.get(pack.status, pack.status),
                "title": pack.title,
                "fingerprint": pack.fingerprint,
            }
        )
    return found


def lint_all() -> int:
    """Print every fault of every pack; 1 when there is one."""
    faults = 0
    for pack_id in pack_ids():
        findings = lint(PACKS / pack_id)
        faults += len(findings)
        for finding in findings:
            print(finding)
        if not findings:
            print(f"{pack_id}：没有问题")
    return 1 if faults else 0


def test_all() -> int:
    """Run every example of every pack; 1 when one says something else than expected."""
    failed = 0
    for pack_id in pack_ids():
        results = run_examples(PACKS / pack_id)
        wrong = [r for r in results if not r.passed]
        failed += len(wrong)
        for result in wrong:
            print(
                f"{pack_id}：{result.example} 应为 {result.example.expect.value}，得到 {result.reason}"
            )
        print(f"{pack_id}：{len(results)} 个正反例，{len(wrong)} 个不符")
    return 1 if failed else 0


def difference(a: str, b: str) -> list[str]:
    """What differs between two packs, in sentences a policy officer reads."""
    try:
        return diff(load_pack(a), load_pack(b)) or ["两个政策包没有差别。"]
    except (FileNotFoundError, PackInvalid) as error:
        raise CannotStart(
            f"不能比较 {a} 与 {b}：{error}。现有政策包：{'、'.join(pack_ids())}。"
        ) from error


def activate(pack: str, *, by: str, reason: str, on: str = "", jurisdiction: str = "") -> Any:
    """Put a pack to work in the running system; who, when and why stay on record."""
    chosen = of_running_system()
    known = all_packs()
    if pack not in known:
        raise CannotStart(f"没有政策包“{pack}”。现有：{'、'.join(known)}。")
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError as error:
        raise CannotStart(f"生效日“{on}”不是日期，应写作 2026-03-01。") from error
    actor = Actor(id=f"cli:{by}", name=by, node=chosen.region, roles=("admin",))

    async def ask() -> Any:
        services = Services(chosen.amqp_url)
        await services.start()
        try:
            return await services.ask(
                ActivatePack(
                    pack_id=pack,
                    jurisdiction=jurisdiction or chosen.region,
                    effective_on=day or _today(),
                    reason=reason,
                ),
                Asking(actor=actor),
            )
        finally:
            await services.stop()

    return asyncio.run(ask())


def _today() -> date:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
