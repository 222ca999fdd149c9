"""`hexie pack`: list, lint, run the examples, tell the difference, put to work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deploy import places
from deploy.addresses import of_running_system
from deploy.servers.ports import CannotStart
from services.gateway.clients import Asking, Services
from shared.contracts.message import Actor, Command
from shared.contracts.registry_acts import ActivatePack
from shared.contracts.registry_packs import SHORTEST, PackText, ReadPack
from shared.policy.codec import pack_from_json
from shared.policy.diff import differences
from shared.policy.findings import PackInvalid
from shared.policy.lint import lint, run_examples
from shared.policy.load import PACKS, load_pack, load_whole, pack_ids
from shared.policy.pack import Pack
from shared.policy.said import STATUS_NAMES
from shared.runtime.packs import all_packs
from shared.runtime.settings import settings

_SIGNS = frozenset("0123456789abcdef")


def folders() -> dict[str, Path]:
    """The folder of every pack on file, by id: those built in and those of one's own."""
    own = settings().packs
    roots = (PACKS, own) if own is not None else (PACKS,)
    return {pack_id: root / pack_id for root in roots for pack_id in pack_ids(root)}


def listing() -> list[dict[str, str]]:
    """Every pack with its status and fingerprint."""
    found = []
    for pack_id, folder in folders().items():
        try:
            pack = load_pack(pack_id, folder.parent)
        except PackInvalid as invalid:
            faults = f"有 {len(invalid.findings)} 处错，见 hexie pack lint {pack_id}"
            found.append({"id": pack_id, "status": faults})
            continue
        found.append(
            {
                "id": pack.id,
                "version": pack.version,
                "status": STATUS_NAMES.get(pack.status, pack.status),
                "jurisdiction": pack.jurisdiction,
                "title": pack.title,
                "fingerprint": pack.fingerprint,
            }
        )
    return found


def lint_all(only: str = "") -> int:
    """Print every fault of every pack, or of one; 1 when there is one.

    With all packs, the organisation and division files are looked through too.
    """
    faults = 0
    for pack_id, folder in _chosen(only):
        findings = lint(folder)
        faults += len(findings)
        for finding in findings:
            print(finding)
        if not findings:
            print(f"{pack_id}：没有问题")
    if not only:
        wrong = places.faults()
        faults += len(wrong)
        print("\n".join(wrong) or places.told())
    return 1 if faults else 0


def try_all(only: str = "") -> int:
    """Run every example of every pack, or of one; 1 when one says something else than expected."""
    failed = 0
    for pack_id, folder in _chosen(only):
        try:
            results = run_examples(folder)
        except PackInvalid as invalid:
            failed += len(invalid.findings)
            print(f"{pack_id}：不能使用，先运行 hexie pack lint")
            continue
        wrong = [r for r in results if not r.passed]
        failed += len(wrong)
        for result in wrong:
            print(f"{pack_id}：{result}")
        print(f"{pack_id}：{len(results)} 个正反例，{len(wrong)} 个不符")
    return 1 if failed else 0


def _chosen(only: str) -> Iterator[tuple[str, Path]]:
    known = folders()
    if only and only not in known:
        raise CannotStart(f"没有政策包“{only}”。现有：{'、'.join(known)}。")
    yield from ((k, v) for k, v in known.items() if only in ("", k))


def difference(a: str, b: str, *, as_json: bool = False) -> Any:
    """What differs between two packs, by section, in sentences a policy officer reads.

    Each is named by its id, by its folder, or by the fingerprint of a version that was put to work.
    """
    before, after = _pack(a), _pack(b)
    found = differences(before, after)
    if as_json:
        return [asdict(part) for part in found]
    if not found:
        return ["两个政策包没有差别。"]
    said = [f"甲：{_named(before)}", f"乙：{_named(after)}"]
    for number, part in enumerate(found, start=1):
        said += ["", f"{number}. {part.name}", *(f"   {line}" for line in part.sentences)]
    return said


def _named(pack: Pack) -> str:
    return f"《{pack.title}》 {pack.id} {pack.version}，指纹 {pack.fingerprint[:16]}"


def _pack(name: str) -> Pack:
    known = folders()
    try:
        if name in known:
            return load_whole(known[name])[0]
        if (Path(name) / "pack.yaml").is_file():
            return load_whole(Path(name).resolve())[0]
    except PackInvalid as invalid:
        raise CannotStart(f"政策包“{name}”有错，不能比较：\n{invalid}") from invalid
    if len(name) >= SHORTEST and _SIGNS.issuperset(name):
        answer = PackText.model_validate(_ask(ReadPack(fingerprint=name), by=""))
        return pack_from_json(answer.content)
    raise CannotStart(
        f"没有政策包“{name}”。可以写包名（{'、'.join(known)}）、"
        f"包的文件夹，或启用过的版本的指纹（至少 {SHORTEST} 位）。"
    )


def activate(pack: str, *, by: str, reason: str, on: str = "", jurisdiction: str = "") -> Any:
    """Put a pack to work in the running system; who, when and why stay on record."""
    chosen = of_running_system()
    known: Mapping[str, Pack] = all_packs()
    if pack not in known:
        raise CannotStart(f"没有政策包“{pack}”。现有：{'、'.join(known)}。")
    try:
        day = date.fromisoformat(on) if on else _today()
    except ValueError as error:
        raise CannotStart(f"生效日“{on}”不是日期，应写作 2026-03-01。") from error
    command = ActivatePack(
        pack_id=pack,
        jurisdiction=jurisdiction or chosen.region,
        effective_on=day,
        reason=reason,
    )
    return _ask(command, by=by)


def _ask(command: Command, *, by: str) -> Any:
    chosen = of_running_system()
    actor = Actor(id=f"cli:{by}", name=by, node=chosen.region, roles=("admin",))

    async def ask() -> Any:
        services = Services(chosen.amqp_url)
        await services.start()
        try:
            return await services.ask(command, Asking(actor=actor))
        finally:
            await services.stop()

    return asyncio.run(ask())


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
