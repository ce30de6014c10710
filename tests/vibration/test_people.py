"""Whose helmet it is, and one finding for one person whatever the tracks say."""

from tests.vibration.scene import frame, head, report, worker
from workers.vibration.events import Condition, Event, Place, join_events


def event(subject: int, start_s: float, end_s: float, x: float) -> Event:
    place = Place(x, 0.0, 1.0)
    return Event(subject, start_s, end_s, 10, place, place)


def test_of_two_people_side_by_side_only_the_one_without_is_named() -> None:
    frames = [
        frame(
            t / 5,
            [
                head(8.3, 3.0, "helmet"), worker(8.3, 3.0),
                worker(8.0, 3.0), head(8.0, 3.0, "no_helmet"),
            ],
        )
        for t in range(100)
    ]  # fmt: skip
    (finding,) = [one for one in report(frames).findings if one.rule == "S01"]
    assert finding.end_s - finding.start_s > 19.0


def test_a_bare_head_counts_though_its_person_was_not_found() -> None:
    frames = [frame(t / 5, [head(8.0, 3.0, "no_helmet")]) for t in range(100)]
    assert [one.rule for one in report(frames).findings] == ["S01"]


def test_a_condition_is_dated_back_and_needs_most_of_the_frames() -> None:
    place = Place(0.0, 0.0, 1.0)
    seen = Condition(1, confirm_s=2.0, clear_s=2.0)
    for step in range(16):
        seen.update(step * 0.2, True, place)
    found = seen.finish()
    assert found is not None
    assert (found.start_s, found.end_s, found.observations) == (0.0, 3.0, 16)
    doubtful = Condition(1, confirm_s=2.0, clear_s=2.0)
    for step in range(16):
        doubtful.update(step * 0.2, step % 3 == 0, place)
    assert doubtful.finish() is None


def test_events_within_reach_are_one_and_others_are_not() -> None:
    def count(*events: Event) -> int:
        return len(join_events(events, same_subject_s=60.0))

    assert count(event(1, 0.0, 10.0, 0.0), event(2, 11.0, 20.0, 3.0)) == 1
    assert count(event(1, 0.0, 10.0, 0.0), event(2, 11.0, 20.0, 4.0)) == 2
    assert count(event(1, 0.0, 10.0, 0.0), event(2, 16.0, 20.0, 0.0)) == 2
    assert count(event(1, 0.0, 10.0, 0.0), event(1, 60.0, 70.0, 99.0)) == 1
    assert count(event(1, 0.0, 10.0, 0.0), event(1, 71.0, 80.0, 0.0)) == 2
    # Two people at once are two, where one has not taken over from the other.
    assert count(event(1, 0.0, 20.0, 0.0), event(2, 5.0, 25.0, 0.5)) == 2
