"""What a dry run found, over rows that are staged by themselves and rows that stay packed."""

from __future__ import annotations

from services.registry.handlers import imports, units
from shared.contracts.message import SYSTEM
from shared.contracts.registry import ConfirmImport, FindUnits, GetImport, StageImport
from tests.integration.registry.conftest import HAISHU, SECOND, Acting, a_code
from tests.integration.registry.test_imports import COLUMNS, row


def test_findings_are_paged_over_all_chunks_in_the_files_order(acting: Acting) -> None:
    twice = a_code()
    chunks = [
        [row("企业", "甲", a_code(), "330203"), row("企业", "乙", "坏", "330203"),
         row("企业", "丙", twice, "330203")],
        [row("企业", "丁", a_code(), "330203"), row("企业", "戊", twice, "330203"),
         row("企业", "己", a_code(), "330203")],
    ]  # fmt: skip
    import_id = ""
    for n, rows in enumerate(chunks):
        command = StageImport(
            import_id=import_id, file_name="a.xlsx", columns=COLUMNS, first_row=2 + 3 * n,
            rows=rows, after=3 * n, is_last=n == 1,
        )  # fmt: skip
        import_id = imports.stage_import(acting(HAISHU), command).import_id

    def told(*outcomes: str) -> list[tuple[int, str, str]]:
        found, after = [], 0
        while True:
            page = imports.get_import(
                acting(),
                GetImport(import_id=import_id, outcomes=outcomes, after_row=after, limit=2),
            )
            found += [(line.row, line.outcome, line.name_text) for line in page.rows]
            if len(page.rows) < 2:
                return found
            after = page.rows[-1].row

    new = [(2, "new", "甲"), (4, "new", "丙"), (5, "new", "丁"), (7, "new", "己")]
    assert told("new", "changed") == new
    assert told() == sorted([*new, (3, "error", "乙"), (6, "conflict", "戊")])
    assert told("conflict") == [(6, "conflict", "戊")]

    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=import_id), some=2)
    assert told("new") == new
    while imports.go_on_entering(acting(SYSTEM), some=2):
        assert told("new") == new
    entered = {unit.name_text for unit in units.find_units(acting(), FindUnits()).items}
    assert entered == {"甲", "丙", "丁", "己"}
