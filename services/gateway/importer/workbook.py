"""Writing .xlsx: codes as text, headings frozen, nothing that a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHOICES = "选项"
_LONGEST_INLINE = 250  # a list inside a cell's rule may have 255 signs
_OPTIONS = {
    "constant_memory": True,
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Column:
    """A column: its heading, width, whether it is red (what went wrong), and its choices."""

    heading: str
    width: int = 16
    red: bool = False
    choices: tuple[str, ...] = field(default=())


def write_book(
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    sheet: str,
    about: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook with one table and, on a second sheet, who made it, when, from what."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True}
        )
        text = book.add_format({"num_format": "@", "valign": "top"})
        red = book.add_format({"num_format": "@", "font_color": "#B4231A", "text_wrap": True})
        page = book.add_worksheet(sheet[:31])
        page.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            page.set_column(at, at, column.width, red if column.red else text)
            if column.choices:
                choice = {"validate": "list", "source": _source(columns, at)}
                page.data_validation(1, at, 5000, at, choice)
        for at, column in enumerate(columns):
            page.write_string(0, at, column.heading, head)
        for line, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                if value is None or value == "":
                    continue
                shape = red if columns[at].red else text
                if isinstance(value, int | float) and not isinstance(value, bool):
                    page.write_number(line, at, value)
                else:
                    page.write_string(line, at, str(value), shape)
        if about:
            second = book.add_worksheet("说明")
            second.set_column(0, 0, 14)
            second.set_column(1, 1, 70)
            for line, (name, value) in enumerate(about.items()):
                second.write_string(line, 0, name, head)
                second.write_string(line, 1, value, text)
        _write_choices(book, columns)
    return target.getvalue()


def _is_long(column: Column) -> bool:
    return len(",".join(column.choices)) > _LONGEST_INLINE or any("," in c for c in column.choices)


def _source(columns: Sequence[Column], at: int) -> list[str] | str:
    """The choices of a column: inside its rule, or where they stand on the sheet of choices."""
    column = columns[at]
    if not _is_long(column):
        return list(column.choices)
    place = [c.heading for c in columns if _is_long(c)].index(column.heading)
    letters = xl_col_to_name(place)
    return f"={_CHOICES}!${letters}$1:${letters}${len(column.choices)}"


def _write_choices(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> None:
    long = [column for column in columns if _is_long(column)]
    if not long:
        return
    page = book.add_worksheet(_CHOICES)
    page.hide()
    for line in range(max(len(column.choices) for column in long)):
        for at, column in enumerate(long):
            if line < len(column.choices):
                page.write_string(line, at, column.choices[line])
