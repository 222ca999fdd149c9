"""`python -m tests.chaos`: run the drill, write build/chaos.json, print one page, exit 1 on any loss."""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.drill import Outcome, Scale, drill
from tests.support.servers import private_servers

BUILD = Path("build")


def main() -> int:
    """0 when all counts are zero and every fault is proven."""
    asked = _arguments()
    scale = Scale(
        events=asked.events, kills=asked.kills, seed=asked.seed or secrets.token_hex(4),
        units=max(200, min(3000, asked.events // 5)), recognised=asked.recognised,
        quiet_seconds=max(90.0, asked.events / 50),
    )  # fmt: skip
    print(f"seed {scale.seed}: {scale.events} events, {scale.kills} kills")
    home = Path(tempfile.mkdtemp(prefix="hexie-chaos-"))
    begun = time.monotonic()
    passed = False
    try:
        with private_servers(home / "servers") as servers:
            outcome = drill(servers, home, scale)
        outcome.seconds["all"] = time.monotonic() - begun
        passed = outcome.passed
        _write(outcome)
        print(_page(outcome))
    finally:
        if passed:
            shutil.rmtree(home, ignore_errors=True)
        else:
            print(f"ledgers, logs and databases are kept in {home}")
    return 0 if passed else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", default="", help="the same seed makes the same load and plan")
    parser.add_argument("--recognised", type=int, default=10, help="units with running leases")
    return parser.parse_args()


def _write(outcome: Outcome) -> None:
    BUILD.mkdir(exist_ok=True)
    text = json.dumps(outcome.as_json(), ensure_ascii=False, indent=1)
    (BUILD / "chaos.json").write_text(text + "\n", encoding="utf-8")


def _page(outcome: Outcome) -> str:
    said = outcome.as_json()
    lines = [
        "",
        f"events sent     {sum(outcome.kinds.values())}   "
        + " · ".join(f"{kind} {n}" for kind, n in outcome.kinds.most_common()),
        f"kills proven    {outcome.proven} of {outcome.scale.kills}   "
        + " · ".join(f"{target} {n}" for target, n in said["faults"].items()),
        f"by RPC          {outcome.entered} units entered, {outcome.asked_again} calls repeated",
        f"suspended       {outcome.suspended} units",
        "",
    ]
    lines += [f"{name:<15} {count}" for name, count in outcome.finding.counts().items()]
    lines += ["", *(f"  {line}" for line in outcome.finding.first())]
    lines += [f"  not proven: {fault}" for fault in outcome.faults if not fault.proven]
    spent = " · ".join(f"{name} {value:.0f} s" for name, value in outcome.seconds.items())
    lines += [spent, "passed" if outcome.passed else "FAILED", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
