"""Workbooks as officers keep them, and the cells of those they get back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from deploy.sample.units import SampleUnit

HEADINGS = (
    "单位类型", "单位名称", "统一社会信用代码/项目编号", "行政区划代码", "地址", "行业代码", "职工人数",
)  # fmt: skip
CODE = HEADINGS.index("统一社会信用代码/项目编号")
NAME = HEADINGS.index("单位名称")


def line(unit: SampleUnit) -> list[Any]:
    """A unit as a row under `HEADINGS`."""
    return [
        "企业",
        unit.name,
        unit.code,
        unit.division,
        unit.address,
        unit.industry,
        unit.headcount,
    ]


def write(path: Path, rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> Path:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    book.active.append(list(headings))
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def read(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Headings and rows of the first sheet."""
    rows = [
        list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    ]
    return [str(cell) for cell in rows[0]], rows[1:]
