"""`python -m tests.chaos.sabotage [NAME…]`: take one protection away at a time; a test must see it.

Works on a copy of the tree. The named tests first have to be green there as it is, then red with
each patch. Prints a table, writes build/sabotage.json, exits 1 when a sabotage stays unseen. By hand
and at night, not part of `make test`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PARTS = (
    "services",
    "shared",
    "deploy",
    "tests",
    "docs",
    "pyproject.toml",
    "README.md",
    "Makefile",
)
_LONGEST = 420
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One protection: where it is, what is put in its place, which tests have to notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


_BATCHES = "tests/integration/incentives/test_batches.py::"
_DOUBT = "tests/unit/messaging/test_doubt.py::"
_HEARING = "tests/integration/messaging/test_hearing.py::"
_RELAYING = "tests/integration/messaging/test_relaying.py::"
_TAKING = "tests/integration/faults/test_taking_over.py::"
_SAYING = "tests/integration/messaging/test_saying.py::"
_JUDGING = "tests/integration/oversight/test_feed_judging.py::"
_FORGERY = "tests/unit/oversight/test_feed_forgery.py::test_a_forgery_is_rejected_with_its_reason"
_ENVELOPE = (
    "tests/unit/oversight/test_feed_envelope.py::"
    "test_a_signed_event_that_is_not_in_order_gets_its_reason"
)
_POINTS = "tests/e2e/apart/test_crash_points.py::test_a_process_killed_exactly_there_loses_and_doubles_nothing"

SABOTAGES = (
    Sabotage(
        "ack before commit", "shared/messaging/listener.py",
        "            self.seen = delivery.tag\n",
        "            self.seen = self.done = self.acked = delivery.tag\n"
        "            self.channel.basic_ack(delivery.tag)\n",
        (f"{_POINTS}[hears.before_commit]",),
    ),
    Sabotage(
        "dedup index", "shared/messaging/tables.py",
        '    PrimaryKeyConstraint("consumer", "message_id"),\n', "",
        (f"{_HEARING}test_a_message_delivered_twice_has_one_effect",),
    ),
    Sabotage(
        "signature check", "services/oversight/domain/signature.py",
        "    if not _stands(load_public(key.public_key, key.alg), signature, signed):",
        "    if not signed:",
        (_FORGERY,),
    ),
    Sabotage(
        "confirm wait", "shared/messaging/confirms.py",
        "            self._wait()\n",
        "            self._outcome.confirmed |= set(self._waiting.values())\n",
        (
            f"{_DOUBT}test_silence_leaves_everything_in_doubt",
            f"{_RELAYING}test_an_unroutable_fact_stays_with_its_error_until_somebody_listens",
        ),
    ),
    Sabotage(
        "unit lock: numbers of a unit", "shared/messaging/tx.py",
        '    "INSERT INTO outbox_sequence AS s (subject, sequence)"\n'
        '    " SELECT subject, count FROM unnest(CAST(:subjects AS text[]), CAST(:counts AS bigint[]))"\n'
        '    " AS wanted (subject, count) ORDER BY subject"\n'
        '    " ON CONFLICT (subject) DO UPDATE SET sequence = s.sequence + excluded.sequence"\n'
        '    " RETURNING subject, sequence"\n',
        '    "SELECT subject, count + coalesce((SELECT max(o.sequence) FROM outbox o"\n'
        '    " WHERE o.subject = wanted.subject), 0) AS sequence"\n'
        '    " FROM unnest(CAST(:subjects AS text[]), CAST(:counts AS bigint[]))"\n'
        '    " AS wanted (subject, count)"\n',
        (
            f"{_SAYING}test_numbers_have_no_holes_and_follow_commits_under_a_race",
            f"{_SAYING}test_a_later_number_cannot_be_committed_before_an_earlier_one",
        ),
    ),
    Sabotage(
        "unit lock: entitlements", "services/incentives/store/standings.py",
        "ORDER BY unit_id FOR UPDATE", "ORDER BY unit_id",
        (f"{_BATCHES}test_a_unit_in_hand_is_in_no_other_hands",),
    ),
    Sabotage(
        "mandatory", "shared/messaging/confirms.py", "mandatory=True", "mandatory=False",
        (f"{_RELAYING}test_an_unroutable_fact_stays_with_its_error_until_somebody_listens",),
    ),
    Sabotage(
        "heads of a unit only", "shared/messaging/relay.py",
        "AND o.sequence = (SELECT e.sequence",
        "AND 0 < (SELECT e.sequence",
        (f"{_RELAYING}test_a_later_row_never_overtakes_an_earlier_one_that_cannot_go_yet",),
    ),
    Sabotage(
        "lease token", "shared/messaging/relay.py",
        '" WHERE id = ANY(:ids) AND lease_token = :token"\n',
        '" WHERE id = ANY(:ids) AND :token <> \'\'"\n',
        (f"{_TAKING}test_a_relay_that_wakes_after_its_lease_was_taken_marks_and_puts_back_nothing",),
    ),
    Sabotage(
        "late confirms told apart", "shared/messaging/confirms.py",
        "        tags = [t for t in self._waiting if t <= tag] if multiple else [tag]\n",
        "        tags = [max(self._waiting, default=tag)]\n",
        (f"{_DOUBT}test_a_late_confirm_is_never_taken_for_the_next_message",),
    ),
    Sabotage(
        "limit of retries", "shared/messaging/parking.py", "gone = attempts >= TRIES or ", "gone = ",
        (f"{_HEARING}test_a_failing_message_is_tried_five_times_then_parked_with_its_traceback",),
    ),
    Sabotage(
        "setting poison aside", "shared/messaging/apply.py",
        "                self._set_aside(part[0].id, part[0].body, failure)\n",
        "                continue\n",
        (f"{_HEARING}test_only_the_poison_of_a_batch_is_set_aside",),
    ),
    Sabotage(
        "content hash", "services/oversight/handlers/judging.py",
        "        if bytes(holder.body_hash) == matter.row.body_hash:", "        if holder:",
        (f"{_JUDGING}test_other_content_under_the_same_id_changes_nothing",),
    ),
    Sabotage(
        "one content for an event id", "services/oversight/handlers/judging.py",
        "    _fence(tx, matters)\n", "",
        (f"{_JUDGING}test_the_same_event_signed_anew_is_a_duplicate",),
    ),
    Sabotage(
        "id taken only by the authenticated", "services/oversight/handlers/judging.py",
        "    named = [m for m in matters if m.reading.authenticated and m.reading.event_id]",
        "    for m in matters:\n"
        "        object.__setattr__(m.reading, 'event_id', m.reading.event_id or m.row.sig[-8:])\n"
        "    named = [m for m in matters if m.reading.event_id]",
        (f"{_JUDGING}test_a_captured_message_on_another_channel_has_no_effect",),
    ),
    Sabotage(
        "key belongs to the channel", "services/oversight/domain/signature.py",
        "    if key.agency != agency:", "    if not key.agency:",
        (_FORGERY,),
    ),
    Sabotage(
        "algorithm from the registry", "services/oversight/domain/signature.py",
        "    if key.alg != alg:", "    if not key.alg:",
        (_FORGERY,),
    ),
    Sabotage(
        "source is the channel's", "services/oversight/domain/verdict.py",
        "    if event.source != source_of(agency.code):", "    if not event.source:",
        (_ENVELOPE,),
    ),
    Sabotage(
        "a lift waits for lower numbers", "services/oversight/handlers/feed_effects.py",
        "if one.takes_back and one.event.sequence > ends.get(one.matter.row.agency, 0):",
        "if one.takes_back and not one.event.sequence:",
        (f"{_JUDGING}test_a_lift_waits_for_every_lower_number",),
    ),
)  # fmt: skip


def main() -> int:
    """0 when every sabotage was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", help="only those whose name contains one of these")
    names = parser.parse_args().names
    chosen = [s for s in SABOTAGES if not names or any(n in s.name for n in names)]
    rows = []
    with tempfile.TemporaryDirectory(prefix="hexie-sabotage-") as folder:
        tree = _copy(Path(folder))
        whole = sorted({test for s in chosen for test in s.tests})
        code, seen, _ = _run(tree, whole)
        if code:
            print(f"the tests are not green to begin with: {seen}")
            return 1
        print(f"{len(whole)} tests are green with every protection in place\n")
        for one in chosen:
            rows.append(_try(tree, one))
            print(_line(rows[-1]), flush=True)
    (ROOT / "build").mkdir(exist_ok=True)
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    (ROOT / "build" / "sabotage.json").write_text(text + "\n", encoding="utf-8")
    unseen = [row["protection"] for row in rows if not row["seen"]]
    print(
        f"\n{len(rows) - len(unseen)} of {len(rows)} seen" + (f"; not: {unseen}" if unseen else "")
    )
    return 1 if unseen else 0


def _copy(folder: Path) -> Path:
    tree = folder / "tree"
    tree.mkdir()
    for part in _PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, tree / part)
    return tree


def _try(tree: Path, one: Sabotage) -> dict[str, object]:
    """Patch, run, put back. Red means: tests ran and failed; anything else is no proof."""
    target = tree / one.file
    text = target.read_text(encoding="utf-8")
    if text.count(one.old) != 1:
        raise SystemExit(f"{one.name}: {one.file} does not hold its protection exactly once")
    target.write_text(text.replace(one.old, one.new), encoding="utf-8")
    try:
        code, failed, seconds = _run(tree, one.tests)
    finally:
        target.write_text(text, encoding="utf-8")
    return {
        "protection": one.name, "file": one.file, "seen": code == 1 and bool(failed),
        "by": failed, "exit": code, "seconds": round(seconds, 1),
    }  # fmt: skip


def _run(tree: Path, tests: Sequence[str]) -> tuple[int, list[str], float]:
    """Exit code, what failed, seconds."""
    environment = os.environ | {
        "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": tempfile.mkdtemp(dir=tree.parent),
    }  # fmt: skip
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *tests]
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=_LONGEST,
        check=False,
    )  # fmt: skip
    if "import services" in done.stdout or done.returncode > 1:
        sys.stderr.write(done.stdout[-3000:] + done.stderr[-3000:])
    failed = sorted({name.split("::")[-1] for name in _FAILED.findall(done.stdout)})
    return done.returncode, failed, time.monotonic() - begun


def _line(row: dict[str, object]) -> str:
    by = row["by"]
    shown = f"{by[0]}{f' and {len(by) - 1} more' if len(by) > 1 else ''}" if by else "nobody"  # type: ignore[index,arg-type]
    return f"{'red  ' if row['seen'] else 'GREEN'}  {row['protection']!s:<36} {shown}"


if __name__ == "__main__":
    sys.exit(main())
