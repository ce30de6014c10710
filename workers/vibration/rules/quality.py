"""What limits the result: Q01 to Q04. Their outcome is a status and no finding."""

from workers.vibration.insertions import Flag
from workers.vibration.rules.case import Case, Note


def camera_moved(case: Case) -> list[Note]:
    """Q01: places could not be measured while the camera looked elsewhere."""
    limit = case.number("shift_max_px")
    notes = [
        Note(
            "camera_moved" if span.shift_px is not None else "view_lost",
            "The camera had moved too far, or saw too little, for places to be measured.",
            "Q01", span.shift_px, limit, "px", span.start_s, min(span.end_s, case.seen.end_s),
        )
        for span in case.seen.camera_spans
    ]  # fmt: skip
    worst = case.seen.camera_worst_px
    if not notes and worst is not None and worst > case.number("warn_px"):
        notes.append(
            Note(
                "camera_compensated", "The camera moved a little; places are corrected for it.",
                "Q01", worst, limit, "px",
            )
        )  # fmt: skip
    return notes


def calibration_invalid(case: Case) -> list[Note]:
    """Q02: the calibration does not allow metric rules, or allows them with care."""
    notes = []
    error = case.site.calibration_error
    if error is not None:
        notes.append(Note("calibration_refused", f"Metric rules are off: {error.message}", "Q02"))
    for lift in case.site.lifts:
        if lift.calibration is None:
            continue
        quality = lift.calibration.quality
        if quality.reasons:
            tail = "Metric rules are off: " if quality.grade == "refused" else ""
            notes.append(
                Note(
                    f"calibration_{quality.grade}", f"{tail}{'; '.join(quality.reasons)}.",
                    "Q02", quality.rmse_m, case.number("rmse_max_m"), "m",
                )
            )  # fmt: skip
        if lift.calibration.is_mirrored:
            notes.append(
                Note(
                    "calibration_mirrored",
                    "The ground axes are mirrored as the camera sees them. Distances and areas "
                    "hold, but check that x and y are not swapped.",
                    "Q02",
                )
            )  # fmt: skip
    notes += _off_plane(case)
    if error is None and all(lift.calibration is None for lift in case.site.lifts):
        notes.append(
            Note("calibration_missing", "Metric rules are off: there is no calibration.", "Q02")
        )
    if case.seen.misfits:
        notes.append(
            Note(
                "frame_shape_differs",
                f"{case.seen.misfits} frames have another shape than the calibrated picture; "
                "no place was measured in them.",
                "Q02", float(case.seen.misfits), 0.0, "frames",
            )
        )  # fmt: skip
    return notes


def _off_plane(case: Case) -> list[Note]:
    spans = {lift: case.lift_span(lift) for lift in sorted(case.seen.borrowed_lifts)}
    return [
        Note(
            "lift_off_plane",
            f"Lift {case.site.lifts[lift].name} is measured on the plane of another lift: what "
            "rests on lengths in it is to be reviewed.",
            "Q02", start_s=start_s, end_s=end_s, subject=case.site.lifts[lift].name,
        )
        for lift, (start_s, end_s) in spans.items()
        if start_s <= end_s
    ]  # fmt: skip


def not_observed(case: Case) -> list[Note]:
    """Q03: insertions that were seen too little to be judged."""
    limit = case.number("ratio_min")
    return [
        Note(
            "insertion_unobserved", f"Insertion {one.id} was hidden for too long to be judged.",
            "Q03", one.observed_ratio, limit, "ratio", one.start_s, one.end_s, one.x_m, one.y_m,
        )
        for one in case.seen.insertions
        if one.observed_ratio < limit and Flag.MANUAL not in one.flags
    ]  # fmt: skip


def stream_lost(case: Case) -> list[Note]:
    """Q04: times without frames."""
    return [
        Note(
            "stream_lost", "There are no frames of this time.", "Q04", end_s - start_s,
            case.number("gap_max_s"), "s", start_s, end_s,
        )
        for start_s, end_s in case.seen.gaps
    ]  # fmt: skip
