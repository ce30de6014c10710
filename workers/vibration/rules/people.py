"""People: S01 to S06."""

from collections.abc import Sequence

from workers.vibration.events import Event
from workers.vibration.insertions import Insertion
from workers.vibration.rules.case import Case, Finding, Judgement, NotJudged
from workers.vibration.site import ZoneKind

IDLE_S = 120.0
"""A pour goes on through pauses up to this."""


def gear_missing(case: Case) -> Judgement:
    """S01 and S02: seen without helmet or vest for the time that confirms it."""
    label = "no_helmet" if case.spec.id == "S01" else "no_vest"
    worn = label.removeprefix("no_")
    if not case.seen.counts.get(label) and not case.seen.counts.get(worn):
        return NotJudged(f"the detector found neither {label} nor {worn}")
    return [
        case.finding(
            event.end_s - event.start_s, case.number("confirm_s"), "s", is_sure=True,
            start_s=event.start_s, end_s=event.end_s, camera=event.camera,
            pixel=(event.start.x, event.start.y),
        )
        for event in case.seen.people.gear[case.spec.id]
    ]  # fmt: skip


def zone_intrusion(case: Case) -> Judgement:
    """S03: in a danger zone for long enough, and seen there often enough."""
    limit = case.number("dwell_s")
    return _in_danger(case) or [
        _presence_finding(case, zone, event, limit, is_sure=True)
        for zone, event in _danger_presences(case)
        if event.end_s - event.start_s >= limit - 1e-6
        and event.is_steady
        and event.observations >= case.number("observations_min")
    ]


def loitering(case: Case) -> Judgement:
    """S04: stayed in a danger zone; to be reviewed near the limit."""
    limit = case.number("time_s")
    near_s = max(case.number("near_s"), case.seen.interval_s)
    return _in_danger(case) or [
        _presence_finding(
            case, zone, event, limit, is_sure=event.end_s - event.start_s > limit + near_s
        )
        for zone, event in _danger_presences(case)
        if event.end_s - event.start_s > limit and event.is_steady
    ]


def crowding(case: Case) -> Judgement:
    """S05: more people than allowed at once in a crowd zone, or the pour if there is none."""
    if not case.is_set("people_max"):
        return NotJudged("the site has no limit of people")
    return [
        case.finding(
            event.highest, case.number("people_max"), "people", is_sure=True,
            start_s=event.start_s, end_s=event.end_s,
            note="pour" if zone < 0 else case.site.zones[zone].name, camera=event.camera,
        )
        for zone, events in sorted(case.seen.people.crowds.items())
        for event in events
        if event.end_s - event.start_s >= case.number("time_s")
    ]  # fmt: skip


def supervisor_absent(case: Case) -> Judgement:
    """S06: nobody at the post while the pour went on.

    To be reviewed where the post was not watched for long enough at a time to be sure; nothing
    where nobody watched it.
    """
    posts = [i for i, zone in enumerate(case.site.zones) if zone.kind is ZoneKind.POST]
    if not posts:
        return NotJudged("the site has no post zone")
    limit = case.number("absent_max_min")
    present = [
        (event.start_s, event.end_s)
        for zone in posts
        for event in case.seen.people.presences.get(zone, [])
    ]
    # Insertions begin and end between two frames, so that some reach out of the recording.
    active = [
        (max(start_s, case.seen.start_s), min(end_s, case.seen.end_s))
        for start_s, end_s in _active_spans(case.seen.insertions)
    ]
    unseen = case.seen.posts_unseen
    if active and not any(_gaps(*span, unseen) for span in active):
        return NotJudged("no camera saw the post zone")
    findings = []
    for start_s, end_s in (gap for span in active for gap in _gaps(*span, present)):
        minutes = (end_s - start_s) / 60.0
        watched = _gaps(start_s, end_s, unseen)
        if minutes > limit and watched:
            longest_s = max(stop_s - begin_s for begin_s, stop_s in watched)
            findings.append(
                case.finding(
                    minutes, limit, "min", is_sure=longest_s / 60.0 > limit,
                    start_s=start_s, end_s=end_s,
                )
            )  # fmt: skip
    return findings


def _in_danger(case: Case) -> NotJudged | None:
    if any(zone.kind is ZoneKind.DANGER for zone in case.site.zones):
        return None
    return NotJudged("the site has no danger zone")


def _danger_presences(case: Case) -> list[tuple[int, Event]]:
    return [
        (zone, event)
        for zone, events in sorted(case.seen.people.presences.items())
        if case.site.zones[zone].kind is ZoneKind.DANGER
        for event in events
    ]


def _presence_finding(
    case: Case, zone: int, event: Event, limit: float, *, is_sure: bool
) -> Finding:
    return case.finding(
        event.end_s - event.start_s, limit, "s", is_sure=is_sure, start_s=event.start_s,
        end_s=event.end_s, place=(event.start.x, event.start.y), note=case.site.zones[zone].name,
        camera=event.camera,
    )  # fmt: skip


def _active_spans(insertions: tuple[Insertion, ...]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for one in insertions:
        if spans and one.start_s - spans[-1][1] <= IDLE_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.end_s))
        else:
            spans.append((one.start_s, one.end_s))
    return spans


def _gaps(
    start_s: float, end_s: float, present: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    gaps = []
    free_from = start_s
    for begin, end in sorted(present):
        if begin > free_from:
            gaps.append((free_from, min(begin, end_s)))
        free_from = max(free_from, end)
    if free_from < end_s:
        gaps.append((free_from, end_s))
    return [(begin, end) for begin, end in gaps if end > begin]
