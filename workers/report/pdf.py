"""The record as a PDF: A4, its own font, the same bytes for the same input."""

from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from workers.plan.model import Language
from workers.report import pdf_lists, pdf_summary
from workers.report.document import ReportInput
from workers.report.pdf_style import FAINT, FONT, register_font
from workers.report.texts import Texts

MARGIN = 16 * mm
_FOOT = 9 * mm


def write_pdf(report: ReportInput, language: Language, path: Path) -> None:
    """Write the record of a pour.

    The first pages hold what is signed: the supervision record, key figures, plans, the gravest
    findings with their pictures and what no camera sees. The lists of everything follow.

    Raises:
        OSError: the file cannot be written.
    """
    register_font()
    texts = Texts(language)
    document = BaseDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + _FOOT / 2,
        title=f"{texts['title']} · {report.project}",
        author=report.made_by,
        subject=report.site_sha256,
        creator="CVD-MIS",
        producer="CVD-MIS",
        lang="zh-CN" if language == "zh" else "en",
        # Without the time of the day and a random id.
        invariant=1,
    )
    frame = Frame(
        document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 7)
        canvas.setFillColor(FAINT)
        left = f"{texts['title']} · {report.project}"[:70]
        canvas.drawString(MARGIN, _FOOT, left)
        canvas.drawRightString(
            A4[0] - MARGIN,
            _FOOT,
            f"{report.site_sha256[:12]} · {texts['page'].format(canvas.getPageNumber())}",
        )
        canvas.restoreState()

    document.addPageTemplates(PageTemplate(frames=[frame], onPage=foot))
    story: list[Flowable] = [
        *pdf_summary.summary(report, texts),
        *pdf_lists.lists(report, texts),
        *pdf_summary.signatures(texts),
    ]
    document.build(story)
