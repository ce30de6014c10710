"""All rules applied to one pour."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf

from workers.labels import PERSON_LABELS
from workers.vibration.coverage import Coverage, DwellLimits
from workers.vibration.observe import VIBRATOR_IN, Observations
from workers.vibration.rules import area, dwell, motion, pace, people, quality, spacing
from workers.vibration.rules.case import Case, Finding, Judge, Judgement, Note, NotJudged
from workers.vibration.rules.table import RULE_SPECS
from workers.vibration.site import Site

JUDGES: dict[str, Judge] = {
    "V01": dwell.under_vibrated,
    "V02": dwell.over_vibrated,
    "V03": spacing.spacing_exceeded,
    "V04": area.missed_area,
    "V05": motion.dragged,
    "V06": motion.fast_withdrawal,
    "V07": motion.tilted,
    "V08": spacing.close_to_formwork,
    "V09": area.edge_strip,
    "V10": pace.layer_interval,
    "V11": pace.late_after_placing,
    "V12": spacing.repeated,
    "V13": spacing.outside_pour,
    "V14": pace.too_few_vibrators,
    "V15": area.coverage_low,
    "S01": people.gear_missing,
    "S02": people.gear_missing,
    "S03": people.zone_intrusion,
    "S04": people.loitering,
    "S05": people.crowding,
    "S06": people.supervisor_absent,
}

OBSERVERS: dict[str, Callable[[Case], list[Note]]] = {
    "Q01": quality.camera_moved,
    "Q02": quality.calibration_invalid,
    "Q03": quality.not_observed,
    "Q04": quality.stream_lost,
}

MANUAL_CHECKS = (
    ("lower_layer", "Penetration into the lower layer cannot be seen; check it by hand."),
    ("depth", "The depth of insertion cannot be seen; check it by hand."),
    ("lift_thickness", "The thickness of the lift cannot be seen; check it by hand."),
    ("frequency", "Frequency and amplitude of the poker cannot be seen; check them by hand."),
    ("withdrawal", "How fast the poker is drawn out is not measured; check it by hand."),
    ("tilt", "Whether the poker is held upright is not measured; check it by hand."),
    ("setting", "When the concrete begins to set cannot be seen; check it by hand."),
    ("rebar", "Contact with reinforcement below the surface cannot be seen; check it by hand."),
)
"""What no camera sees: always to be checked by a person, never passed."""

_NEEDS_POKERS = frozenset(rule for rule in RULE_SPECS if rule.startswith("V"))
_NEEDS_FRAMES = frozenset(rule for rule in RULE_SPECS if rule.startswith("S"))
_NEEDS_PEOPLE = frozenset({"S03", "S04", "S05", "S06"})
_BY_LIFT = frozenset({"V03", "V04", "V09", "V15"})
"""Of what was left out: it shows when a lift is over, and in each lift by itself."""
LIFT_IDLE_S = 600.0
"""After so long without an insertion, what a lift lacks is taken to be left out."""
SLOW_SAMPLING_S = 0.21
"""The domain's floor is 5 frames a second."""


def judge(
    site: Site, seen: Observations, coverages: Mapping[int, Coverage], limits: DwellLimits,
    *, is_final: bool,
) -> tuple[list[Finding], list[Note]]:  # fmt: skip
    """Apply every rule that the site has on.

    Args:
        is_final: the pour is over: what was left out will not be done any more. Until then it is
            judged in the lifts that are over.

    Returns:
        Findings in order of time and rule; and what to know about the result.
    """
    notes = notes_on_input(site, seen)
    findings, not_judged = judge_rules(site, seen, coverages, limits, is_final=is_final)
    notes += not_judged
    for rule in OBSERVERS:
        notes += notes_on_recording(rule, site, seen)
    return findings, notes + manual_checks()


def judge_rules(
    site: Site, seen: Observations, coverages: Mapping[int, Coverage], limits: DwellLimits,
    *, is_final: bool,
) -> tuple[list[Finding], list[Note]]:  # fmt: skip
    """Apply the rules whose outcome are findings.

    Returns:
        Findings in order of time and rule; and which rules could not be judged, and why.
    """
    findings: list[Finding] = []
    notes: list[Note] = []
    for rule in JUDGES:
        spec = RULE_SPECS[rule]
        case = Case(spec, site.rules[rule], site, seen, coverages, limits)
        reason = _why_not(case)
        if reason:
            judgement: Judgement = NotJudged(reason)
        elif rule in _BY_LIFT and case.coverages:
            judgement, left_out = _by_lift(case, is_final=is_final)
            notes += left_out
        else:
            judgement = JUDGES[rule](case)
        if isinstance(judgement, NotJudged):
            text = f"{spec.name_en} was not judged: {judgement.reason}."
            notes.append(Note("rule_not_judged", text, rule, reason=judgement.reason))
        else:
            findings += judgement
    findings.sort(key=lambda one: (one.start_s, one.rule, one.end_s, one.insertion_ids, one.value))
    return findings, notes


def _by_lift(case: Case, *, is_final: bool) -> tuple[Judgement, list[Note]]:
    """Judge a rule in each lift by itself.

    Returns:
        What was found; and which lifts could not be judged, where others could.
    """
    findings: list[Finding] = []
    notes: list[Note] = []
    for lift, coverage in sorted(case.coverages.items()):
        judgement: Judgement = NotJudged("not all has been analysed")
        if is_final or _is_over(case, lift):
            judgement = JUDGES[case.spec.id](replace(case, coverages={lift: coverage}))
        if isinstance(judgement, NotJudged):
            notes.append(_lift_not_judged(case, lift, judgement.reason))
        else:
            findings += judgement
    if len(notes) == len(case.coverages):
        return NotJudged(notes[0].reason or ""), []
    return findings, notes


def _is_over(case: Case, lift: int) -> bool:
    """Whether the next lift has begun, or nothing was done in this one for long."""
    now_s = case.seen.end_s
    last_s = max((one.end_s for one in case.seen.insertions if one.lift == lift), default=inf)
    return lift < case.site.lift_index_at(now_s) or now_s - last_s >= LIFT_IDLE_S


def _lift_not_judged(case: Case, lift: int, reason: str) -> Note:
    name = case.site.lifts[lift].name
    start_s, end_s = case.lift_span(lift)
    return Note(
        "lift_not_judged", f"{case.spec.name_en} was not judged in lift {name}: {reason}.",
        case.spec.id, start_s=start_s, end_s=end_s, subject=name, reason=reason,
    )  # fmt: skip


def notes_on_recording(rule: str, site: Site, seen: Observations) -> list[Note]:
    """Apply one of the `OBSERVERS` to the recording of one camera."""
    no_limits = DwellLimits(min_s=0.0, max_s=0.0)
    return OBSERVERS[rule](Case(RULE_SPECS[rule], site.rules[rule], site, seen, {}, no_limits))


def manual_checks() -> list[Note]:
    """Return what a person has to check, whatever was found."""
    return [Note("manual_check", message, subject=name) for name, message in MANUAL_CHECKS]


def _why_not(case: Case) -> str:
    """Return why a rule cannot be judged at all, or nothing if it can."""
    spec = case.spec
    if not case.setting.is_on:
        return "it is switched off"
    if spec.is_metric and not case.seen.is_metric:
        return "it needs lengths on the ground, and there is no calibration that gives them"
    if spec.is_metric and case.seen.start_s < case.seen.end_s and not case.seen.watched:
        return "the camera was moved, or saw too little, all the time"
    if spec.id in _NEEDS_POKERS and not case.seen.knows_insertions:
        if case.seen.frames == 0:
            return "no frames were analysed, and nobody entered an insertion"
        return f"the detector found no {VIBRATOR_IN} at all"
    if spec.id in _NEEDS_FRAMES and case.seen.frames == 0:
        return "no frames were analysed"
    if spec.id in _NEEDS_PEOPLE and not any(map(case.seen.counts.get, PERSON_LABELS)):
        return "the detector found no person at all"
    return ""


def notes_on_input(site: Site, seen: Observations) -> list[Note]:
    """Return what to know about the frames and the site."""
    ignored = ", ".join(site.ignored)
    notes = (
        (seen.frames == 0, Note(
            "nothing_analysed",
            "No frames were analysed: only insertions that a person entered are judged.",
        )),
        (seen.frames > 0 and not seen.sees_pokers, Note(
            "no_vibrator_detections",
            f"The detector found no {VIBRATOR_IN} at all: it may not know pokers. Only "
            "insertions that a person entered are judged.",
        )),
        (not site.is_radius_given, Note(
            "radius_not_set",
            "Nobody has set the radius of action; findings on spacing and coverage are advisory.",
            value=site.radius_m, unit="m",
        )),
        (bool(ignored), Note(
            "site_keys_ignored", f"The site has keys that mean nothing: {ignored}."
        )),
        (site.pour is None, Note(
            "pour_not_set", "The site has no pour; there is no coverage."
        )),
        (seen.interval_s > SLOW_SAMPLING_S, Note(
            "sampling_slow", "Fewer than 5 frames a second: durations are less certain.",
            value=seen.interval_s, limit=0.2, unit="s",
        )),
        (seen.moved_frames > 0, Note(
            "frames_reordered", "Frames came out of order and were put in order.",
            value=float(seen.moved_frames), unit="frames",
        )),
        (seen.repeated_frames > 0, Note(
            "frames_repeated", "Frames came more than once; the first was taken.",
            value=float(seen.repeated_frames), unit="frames",
        )),
    )  # fmt: skip
    return [note for applies, note in notes if applies]
