"""The contract's vibration report: the same input gives the same bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workers.vibration.coverage import Cell, Coverage
from workers.vibration.insertions import Insertion
from workers.vibration.rules.case import Finding, Note
from workers.vibration.rules.table import RULE_SPECS
from workers.vibration.site import Site


@dataclass(frozen=True, slots=True, eq=False)
class VibrationReport:
    """What was found in a recording.

    Attributes:
        coverages: by lift, with their maps; empty where coverage could not be judged.
    """

    site: Site
    insertions: tuple[Insertion, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    coverages: Mapping[int, Coverage]

    def to_json(self) -> dict[str, Any]:
        """Return the report in the contract's shape; lengths to 1 mm, times to 1 ms.

        Beyond the contract, findings carry their uncertainty, basis and source, and coverage its
        classes and one entry for each lift.
        """
        return {
            "insertions": [_insertion(one) for one in self.insertions],
            "findings": [_finding(one) for one in self.findings],
            "coverage": _coverage(self.coverages, self.site),
            "status": [_without_none(_note(one)) for one in self.notes],
            "profile": self.site.profile,
            "radius_m": self.site.radius_m,
            "site_sha256": self.site.sha256,
        }

    def to_text(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.to_json(), ensure_ascii=False, indent=2) + "\n"


def _insertion(one: Insertion) -> dict[str, Any]:
    return {
        "id": one.id,
        "x_m": _rounded(one.x_m),
        "y_m": _rounded(one.y_m),
        "sigma_m": _rounded(one.sigma_m),
        "start_s": _rounded(one.start_s),
        "end_s": _rounded(one.end_s),
        "duration_s": _rounded(one.duration_s),
        "observed_ratio": _rounded(one.observed_ratio),
        "flags": [str(flag) for flag in one.flags],
        "lift": one.lift,
        "duration_sigma_s": _rounded(one.duration_sigma_s),
    }


def _finding(one: Finding) -> dict[str, Any]:
    spec = RULE_SPECS[one.rule]
    return {
        "rule": one.rule,
        "severity": str(one.severity),
        "status": str(one.status),
        "value": _rounded(one.value),
        "limit": _rounded(one.limit),
        "unit": one.unit,
        "start_s": _rounded(one.start_s),
        "end_s": _rounded(one.end_s),
        "x_m": _rounded(one.x_m),
        "y_m": _rounded(one.y_m),
        "insertion_ids": list(one.insertion_ids),
        "sigma": _rounded(one.sigma),
        "is_advisory": one.is_advisory,
        "basis": str(spec.basis),
        "source": spec.source,
        "trust": spec.trust,
        "note": one.note,
    }


def _note(one: Note) -> dict[str, Any]:
    return {
        "code": one.code,
        "message": one.message,
        "subject": one.subject,
        "rule": one.rule,
        "value": _rounded(one.value),
        "limit": _rounded(one.limit),
        "unit": one.unit,
        "start_s": _rounded(one.start_s),
        "end_s": _rounded(one.end_s),
        "x_m": _rounded(one.x_m),
        "y_m": _rounded(one.y_m),
        "reason": one.reason,
        "camera": one.camera,
    }


def _coverage(coverages: Mapping[int, Coverage], site: Site) -> dict[str, Any]:
    maps = [coverage for _, coverage in sorted(coverages.items())]
    pour_m2 = sum(_pour_m2(one) for one in maps)
    unobservable_m2 = sum(one.area_m2(Cell.UNOBSERVABLE) for one in maps)
    seen_m2 = pour_m2 - unobservable_m2
    uncovered_m2 = sum(one.uncovered_m2 or 0.0 for one in maps)
    is_known = seen_m2 > 0.0
    return {
        "covered_pct": _rounded(100.0 * (1.0 - uncovered_m2 / seen_m2)) if is_known else None,
        "uncovered_m2": _rounded(uncovered_m2) if is_known else None,
        "largest_hole_m2": _rounded(max(one.largest_hole_m2 or 0.0 for one in maps))
        if is_known
        else None,
        "unobservable_pct": _rounded(100.0 * unobservable_m2 / pour_m2) if pour_m2 else 100.0,
        "cell_m": _rounded(maps[0].grid.cell_m) if maps else None,
        "lifts": [
            {
                "name": site.lifts[lift].name,
                "covered_pct": _rounded(one.covered_pct),
                "covered_tolerant_pct": _rounded(one.covered_tolerant_pct),
                "uncovered_m2": _rounded(one.uncovered_m2),
                "largest_hole_m2": _rounded(one.largest_hole_m2),
                "unobservable_pct": _rounded(one.unobservable_pct),
                "sigma_m": _rounded(one.sigma_m),
                "area_m2": {
                    cell.name.lower(): _rounded(one.area_m2(cell))
                    for cell in Cell
                    if cell is not Cell.OUTSIDE
                },
            }
            for lift, one in sorted(coverages.items())
        ],
    }


def _pour_m2(coverage: Coverage) -> float:
    return float(coverage.grid.is_pour.sum()) * coverage.grid.cell_m**2


def _rounded(value: float | None) -> float | None:
    # Adding zero turns -0.0, which JSON would show, into 0.0.
    return None if value is None else round(value, 3) + 0.0


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
