"""What has to be said on the first page, because without it the figures would mislead."""

from workers.report.document import ReportInput
from workers.report.texts import Texts, unreviewed

# Notes that say that no poker was looked for, or none was found.
_NOTES = ("nothing_analysed", "no_vibrator_detections")


def caveats(report: ReportInput, texts: Texts) -> list[str]:
    """Return the sentences that stand above the figures, in the PDF and in the workbook."""
    said = []
    if not report.is_final:
        said.append(texts["running"])
    if report.run is None:
        said.append(texts["poker_model_missing"])
    elif report.run.poker_model != "trained":
        said.append(texts[f"poker_model_{report.run.poker_model}"].format(report.run.detector))
    said += [texts.note(note) for note in report.notes if note.code in _NOTES]
    waiting = unreviewed(report)
    if waiting:
        said.append(texts["unreviewed_note"].format(waiting))
    return list(dict.fromkeys(said))
