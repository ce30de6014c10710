"""The record as a workbook: one sheet for each list, the same bytes for the same input."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from workers.plan.model import Language
from workers.report import xlsx_sheets
from workers.report.document import ReportInput
from workers.report.texts import Texts
from workers.report.xlsx_sheets import Cell, Figure, Sheet

_HEAD = Font(bold=True), PatternFill("solid", fgColor="EEF2F6")
_WRAP = Alignment(wrap_text=True, vertical="top")
# What a zip archive can hold at the earliest; Excel asks for a date, and ours is no clock's.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*|(<dcterms:created[^>]*>)[^<]*")


def write_xlsx(report: ReportInput, language: Language, path: Path) -> None:
    """Write the record of a pour as an Excel workbook.

    Raises:
        OSError: the file cannot be written.
    """
    book = Workbook(write_only=True)
    for sheet in xlsx_sheets.sheets(report, Texts(language)):
        _write(book.create_sheet(sheet.title), sheet)
    data = io.BytesIO()
    book.save(data)
    path.write_bytes(_without_clock(data))


def _write(page: Any, sheet: Sheet) -> None:
    for index, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    if sheet.head:
        page.freeze_panes = "A2"
        page.append(_cells(page, sheet.head, is_head=True))
    for row in sheet.rows:
        page.append(_cells(page, row))


def _cells(page: Any, row: Sequence[Cell], *, is_head: bool = False) -> Iterable[Any]:
    for value in row:
        if isinstance(value, str):
            cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value))
            # Never a formula, whatever it begins with.
            cell.data_type = "s"
            cell.alignment = _WRAP
        else:
            cell = WriteOnlyCell(page, value.value if isinstance(value, Figure) else value)
            if isinstance(value, Figure):
                cell.number_format = value.format
        if is_head:
            cell.font, cell.fill = _HEAD
        yield cell


def _without_clock(data: io.BytesIO) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(data) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(
                    lambda match: (match[1] or match[2]) + b"1980-01-01T00:00:00Z", content
                )
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return out.getvalue()
