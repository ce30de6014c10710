"""Numbers, times and terms as a report prints them."""

import re
from collections.abc import Sequence
from datetime import datetime

from workers.plan.model import Language
from workers.report.document import FindingRow, NoteRow, ReportInput, RuleRow
from workers.report.parameter_words import parameter_words
from workers.report.words import MEASURED_ANEW, NOTES, PATTERNS, TERMS, WORDS
from workers.vibration.rules.table import RULE_SPECS, Severity

PPE_RULES = ("S01", "S02")


class Texts:
    """Everything that depends on the language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._words = WORDS[language]
        self._terms = TERMS[language]

    def __getitem__(self, word: str) -> str:
        return self._words[word]

    def term(self, name: str | None) -> str:
        """Return the word for what the compute calls by a name."""
        return self["none"] if name is None else self._terms.get(name, name)

    def terms(self, names: Sequence[str]) -> str:
        """Return several of them in one text."""
        return ", ".join(self.term(name) for name in names)

    def sentence(self, text: str | None) -> str:
        """Return what the compute says in a sentence, in the language of the report."""
        for pattern, words in PATTERNS[self.language]:
            if text and (found := re.fullmatch(pattern, text)):
                return found.expand(words)
        return self.term(text)

    def note(self, note: NoteRow) -> str:
        """Return what there is to know about the result."""
        return NOTES[self.language].get(note.code) or self.sentence(note.message)

    def judged(self, row: RuleRow) -> str:
        """Return whether a rule was judged."""
        spec = RULE_SPECS.get(row.id)
        if spec is not None and spec.severity is Severity.STATUS:
            return self["status_rule"]
        return self["yes" if row.is_judged else "no"]

    def basis(self, rule: str) -> str:
        """Return on what a rule rests; nothing for one that is not known any more."""
        spec = RULE_SPECS.get(rule)
        if spec is None:
            return ""
        source = spec.source_zh if self.language == "zh" else spec.source
        return ": ".join(part for part in (self.term(spec.basis), source) if part)

    def parameters(self, row: RuleRow) -> str:
        """Return the limits of a rule."""
        return "; ".join(self._parameter(*one) for one in row.parameters.items())

    def _parameter(self, name: str, value: float) -> str:
        words, unit = parameter_words(name, self.language)
        if isinstance(value, bool):
            return f"{words}: {self['yes' if value else 'no']}"
        return f"{words} {value:g} {unit}".rstrip()

    def verdict(self, finding: FindingRow) -> str:
        """Return what the measurement says, whatever people have said of it."""
        return self["uncertain"] if finding.verdict == "to_review" else self.term(finding.verdict)

    def rule(self, rule: str) -> str:
        """Return id and name of a rule."""
        spec = RULE_SPECS.get(rule)
        if spec is None:
            return rule
        return f"{rule} {spec.name_zh if self.language == 'zh' else spec.name_en}"

    def number(self, value: float | None, digits: int = 2, unit: str = "") -> str:
        """Return a number with its unit, or that it is not known."""
        if value is None:
            return self["none"]
        return f"{value:.{digits}f}{' ' if unit else ''}{unit}"

    def measured(self, value: float, unit: str, sigma: float | None = None) -> str:
        """Return a measured value with its unit and uncertainty."""
        if unit == "ratio":
            return f"{100.0 * value:.4g} %"
        spread = "" if sigma is None else f" ± {sigma:.3g}"
        return f"{value:.4g}{spread} {self.term(unit)}".strip()

    def place(self, x_m: float | None, y_m: float | None) -> str:
        """Return a place in metres."""
        if x_m is None or y_m is None:
            return self["none"]
        return f"({x_m:.2f}, {y_m:.2f})"

    def moment(self, text: str | None) -> str:
        """Return an ISO time to the second, with its offset from UTC where it has one."""
        if not text:
            return self["none"]
        when = datetime.fromisoformat(text)
        offset = f"{when:%z}"
        return f"{when:%Y-%m-%d %H:%M:%S}" + (f" {offset[:3]}:{offset[3:5]}" if offset else "")

    def minutes(self, seconds: float | None) -> str:
        """Return a length of time in minutes."""
        return self.number(None if seconds is None else seconds / 60.0, 1, self.term("min"))

    def review(self, finding: FindingRow) -> str:
        """Return who said what of a finding, or why nobody's word holds any more."""
        if finding.reviewed_by:
            when = self.moment(finding.reviewed_at)
            return f"{finding.reviewed_by}, {when}. {finding.review_note}"
        return self.reopening(finding.review_note)

    def reopening(self, note: str) -> str:
        """Return why a finding is to be reviewed again, as `MEASURED_ANEW` takes it apart."""
        found = re.fullmatch(MEASURED_ANEW, note)
        if found is None:
            return note
        before, *was, value, severity, verdict, limit, unit = found.groups()
        return self["measured_anew"].format(
            before=self._graded(before, *was),
            now=self._graded(value, severity, verdict),
            limit=f"{limit} {self.term(unit)}",
        )

    def _graded(self, value: str, severity: str, verdict: str) -> str:
        sureness = self["uncertain"] if verdict == "to_review" else self.term(verdict)
        return f"{value} ({self.term(severity)}, {sureness})"

    def mark(self, finding: FindingRow) -> str:
        """Return what to print before a finding that nobody has reviewed."""
        return self["unreviewed"] if finding.state == "to_review" else ""


def clock(seconds: float) -> str:
    """Return a time on a video's or pour's clock as hours, minutes and seconds."""
    tenths = round(abs(seconds) * 10.0)
    sign = "-" if seconds < 0 and tenths else ""
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    return f"{sign}{hours}:{minutes:02d}:{rest // 10:02d}.{rest % 10}"


def unreviewed(report: ReportInput) -> int:
    """Return how many findings nobody has looked at."""
    return sum(one.state == "to_review" for one in report.findings)
