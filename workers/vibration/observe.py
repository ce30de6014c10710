"""From frames to what happened: insertions, drags, people, and what could not be seen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from workers.labels import PERSON_LABELS
from workers.track.spans import SpanLog, TrackSpan
from workers.track.tracker import POKER, Tracker
from workers.vibration.camera import Camera, CameraShift, CameraSpan
from workers.vibration.errors import FramesError
from workers.vibration.frames import FrameLike, FrameOrder
from workers.vibration.ground import Ground
from workers.vibration.insertions import Flag, Insertion, Located, insertions_from_stays
from workers.vibration.people import GEAR_LABELS, Box, PeopleEvents, PeopleWatch
from workers.vibration.pokers import PokerBox, seen_pokers
from workers.vibration.site import Site
from workers.vibration.stays import Drag, Run, RunBuilder, Sighting, Stay, split_run

VIBRATOR_IN = "vibrator_in"
VIBRATOR_OUT = "vibrator_out"
POKER_TRACK = "vibrator"

_INTERVAL_STEP_S = 0.001


@dataclass(frozen=True, slots=True)
class Observations:
    """Everything that rules are judged on.

    Attributes:
        insertions: detected ones; an inspector's corrections go in here too.
        drags: those whose length could be measured.
        start_s, end_s: times of the first and the last frame.
        gaps: (start, end) of times without frames that are longer than rule Q04 allows.
        posts_unseen: (start, end) of times in which nobody looked at a post zone.
        interval_s: median time between frames.
        counts: how often each label was seen.
        misfits: frames whose shape does not fit the calibrated picture.
        borrowed_lifts: numbers of those that are measured on the plane of another lift.
        camera_spans: times in which places could not be measured.
        tracks: when each person and each poker was in sight, in order of time.
    """

    insertions: tuple[Insertion, ...]
    drags: tuple[Drag, ...]
    people: PeopleEvents
    frames: int
    start_s: float
    end_s: float
    gaps: tuple[tuple[float, float], ...]
    posts_unseen: tuple[tuple[float, float], ...]
    interval_s: float
    counts: dict[str, int]
    moved_frames: int
    repeated_frames: int
    misfits: int
    is_metric: bool
    borrowed_lifts: frozenset[int]
    camera_spans: tuple[CameraSpan, ...]
    camera_worst_px: float | None
    tracks: tuple[TrackSpan, ...] = ()

    @property
    def sees_pokers(self) -> bool:
        """Whether the detector found a poker in the concrete at all."""
        return self.counts.get(VIBRATOR_IN, 0) > 0

    @property
    def knows_insertions(self) -> bool:
        """Whether something tells where pokers were: the detector or a person."""
        return self.sees_pokers or any(Flag.MANUAL in one.flags for one in self.insertions)

    @property
    def watched(self) -> list[tuple[float, float]]:
        """When insertions could be seen and placed: there were frames, and the view was still."""
        blind = [*self.gaps, *((span.start_s, span.end_s) for span in self.camera_spans)]
        spans = []
        begin = self.start_s
        for start_s, end_s in sorted(blind):
            if start_s > begin:
                spans.append((begin, start_s))
            begin = max(begin, end_s)
        if begin < self.end_s:
            spans.append((begin, self.end_s))
        return spans

    def unseen_between(self, start_s: float, end_s: float) -> float:
        """Return for how long of a time an insertion could have gone unnoticed."""
        watched_s = sum(
            max(0.0, min(stop_s, end_s) - max(begin_s, start_s)) for begin_s, stop_s in self.watched
        )
        return end_s - start_s - watched_s


class Observer:
    """Takes frames in time order, one by one; its memory grows with what happens only."""

    def __init__(self, site: Site, shifts: Iterable[CameraShift] = ()) -> None:
        self._site = site
        shifts = tuple(shifts)
        self._camera = Camera(shifts, site.rules["Q01"].number("shift_max_px"))
        self._worst_px = max((shift.size_px for shift in shifts), default=None)
        self._grounds = [Ground(lift.calibration) for lift in site.lifts]
        self._gap_max_s = site.rules["Q04"].number("gap_max_s")
        self._tracker = Tracker(POKER)
        self._log = SpanLog(POKER_TRACK)
        self._runs: dict[int, RunBuilder] = {}
        self._entries: dict[int, tuple[float, float]] = {}
        self._fresh: list[Sighting] = []
        self._people = PeopleWatch(site)
        self._stays: list[Stay] = []
        self._drags: list[Drag] = []
        self._counts: Counter[str] = Counter()
        self._intervals: Counter[int] = Counter()
        self._gaps: list[tuple[float, float]] = []
        self._frames = self._misfits = self._width = 0
        self._start_s = self._last_s = -inf

    @property
    def is_empty(self) -> bool:
        """Whether no frame has come yet."""
        return self._frames == 0

    def add(self, frame: FrameLike) -> None:
        """Take the next frame."""
        time_s = frame.pts_seconds
        gap_s = self._tick(time_s)
        pokers, people, gear = self._sorted_boxes(frame)
        ground = self._grounds[self._site.lift_index_at(time_s)]
        shift = self._camera.at(time_s)
        is_placed = ground.fits(frame.width, frame.height)
        self._misfits += not is_placed
        is_measured = is_placed and not self._camera.is_moved_between(time_s, time_s)
        self._people.update(frame, people, gear, ground if is_measured else None, shift)
        if is_placed:
            self._add_pokers(frame, pokers, people, ground, shift, gap_s)

    def finish(self) -> Observations:
        """End all tracks and return what was observed."""
        for track in sorted(self._runs):
            self._keep(self._runs[track].finish())
        insertions = insertions_from_stays(
            self._stays, self._locate, self._site.lift_index_at,
            sees_out=self._counts[VIBRATOR_OUT] > 0,
            observed_min=self._site.rules["Q03"].number("ratio_min"), watched=self._stretches(),
        )  # fmt: skip
        return Observations(
            insertions=tuple(self._with_camera(one) for one in insertions),
            drags=tuple(sorted(self._drags, key=lambda drag: (drag.start_s, drag.x, drag.y))),
            people=self._people.finish(),
            frames=self._frames,
            start_s=self._start_s,
            end_s=self._last_s,
            gaps=tuple(self._gaps),
            posts_unseen=(
                *self._gaps,
                *(
                    (span.start_s, span.end_s)
                    for span in self._camera.spans
                    if span.end_s - span.start_s > self._gap_max_s
                ),
            ),
            interval_s=self._median_interval_s(),
            counts=dict(sorted(self._counts.items())),
            moved_frames=0,
            repeated_frames=0,
            misfits=self._misfits,
            is_metric=any(ground.is_metric for ground in self._grounds),
            borrowed_lifts=frozenset(
                lift
                for lift, ground in enumerate(self._grounds)
                if ground.is_metric and not self._site.lifts[lift].is_plane_own
            ),
            camera_spans=self._camera.spans,
            camera_worst_px=self._worst_px,
            tracks=tuple(sorted([*self._log.finish(), *self._people.finish_tracks()])),
        )

    def _stretches(self) -> list[tuple[float, float]]:
        """Return the first and the last frame of each time without a gap."""
        edges_s = [self._start_s, *(edge_s for gap in self._gaps for edge_s in gap), self._last_s]
        return list(zip(edges_s[::2], edges_s[1::2], strict=True))

    def _tick(self, time_s: float) -> float:
        gap_s = inf if not self._frames else time_s - self._last_s
        if self._frames:
            self._intervals[round(gap_s / _INTERVAL_STEP_S)] += 1
            if gap_s > self._gap_max_s:
                self._gaps.append((self._last_s, time_s))
        else:
            self._start_s = time_s
        for sighting in self._fresh:
            sighting.gap_after_s = gap_s
        self._fresh = []
        self._frames += 1
        self._last_s = time_s
        return gap_s

    def _sorted_boxes(
        self, frame: FrameLike
    ) -> tuple[list[PokerBox], list[Box], list[tuple[str, float, Box]]]:
        pokers: list[PokerBox] = []
        people: list[Box] = []
        gear: list[tuple[str, float, Box]] = []
        self._counts.update(frame.labels)
        for label, score, box in zip(frame.labels, frame.scores, frame.boxes, strict=True):
            if label in PERSON_LABELS:
                people.append(box)
            elif label in (VIBRATOR_IN, VIBRATOR_OUT):
                pokers.append(PokerBox(score, label == VIBRATOR_IN, box))
            elif label in GEAR_LABELS:
                gear.append((label, score, box))
        return pokers, people, gear

    def _add_pokers(
        self, frame: FrameLike, pokers: list[PokerBox], people: list[Box],
        ground: Ground, shift: tuple[float, float], gap_s: float,
    ) -> None:  # fmt: skip
        time_s, self._width = frame.pts_seconds, frame.width
        seen = seen_pokers(pokers, lambda foot: ground.project(*foot, frame.width, shift))
        tracks, ended = self._tracker.update(time_s, [(*one.spot, 1.0) for one in seen])
        self._log.end(ended)
        self._log.see(tracks, time_s)
        for track in ended:
            self._keep(self._runs.pop(track).finish())
            self._entries.pop(track, None)
        for track, poker in zip(tracks, seen, strict=True):
            run = self._runs.setdefault(track, RunBuilder())
            shown, spot = poker.state(was_in=run.last is not None)
            if shown.is_in:
                sighting = Sighting(time_s, self._frames, *spot, gap_s, inf)
                self._fresh.append(sighting)
                self._keep(run.see_in(sighting))
                self._entries[track] = shown.foot
            else:
                self._keep(run.see_out(time_s, *spot))
        self._note_hidden(set(tracks), people)

    def _note_hidden(self, seen: set[int], people: list[Box]) -> None:
        """Look, in the frame after a poker was last seen, whether somebody stands before it."""
        for track, (u, v) in self._entries.items():
            if track in seen:
                continue
            run = self._runs[track]
            if (
                run.last is not None
                and run.last.ordinal == self._frames - 1
                and any(x1 <= u <= x2 and y1 <= v <= y2 for x1, y1, x2, y2 in people)
            ):
                run.hide()

    def _keep(self, run: Run | None) -> None:
        if run is not None:
            stays, drags = split_run(run)
            self._stays += stays
            self._drags += [one for drag in drags if (one := self._measured(drag)) is not None]

    def _measured(self, drag: Drag) -> Drag | None:
        """Return a drag with its uncertainty; None where its length is not in real metres."""
        ground = self._grounds[self._site.lift_index_at(drag.start_s)]
        sigma_m = ground.sigma_at((drag.x, drag.y), drag.end_s - drag.start_s)
        if sigma_m is None or self._camera.is_moved_between(drag.start_s, drag.end_s):
            return None
        return replace(drag, sigma_m=sigma_m)

    def _locate(self, start_s: float, place: tuple[float, float], duration_s: float) -> Located:
        ground = self._grounds[self._site.lift_index_at(start_s)]
        sigma_m = ground.sigma_at(place, duration_s)
        metric = None if sigma_m is None else (*place, sigma_m)
        return Located(metric, ground.pixel_of(place, self._width))

    def _with_camera(self, insertion: Insertion) -> Insertion:
        if not self._camera.is_moved_between(insertion.start_s, insertion.end_s):
            return insertion
        return replace(insertion, flags=tuple(sorted({*insertion.flags, Flag.CAMERA_MOVED})))

    def _median_interval_s(self) -> float:
        half = sum(self._intervals.values()) / 2.0
        total = 0
        for step in sorted(self._intervals):
            total += self._intervals[step]
            if total >= half:
                return step * _INTERVAL_STEP_S
        return 0.0


def observe(
    frames: Iterable[FrameLike], site: Site, shifts: Iterable[CameraShift] = ()
) -> Observations:
    """Observe a whole recording.

    Args:
        frames: in any order within `REORDER_WINDOW` frames.
        shifts: measured movement of the camera, where it was measured.

    Raises:
        FramesError: there are no frames, or they are too far out of order.
    """
    order = FrameOrder()
    observer = Observer(site, shifts)
    for frame in order.ordered(frames):
        observer.add(frame)
    if observer.is_empty:
        raise FramesError("frames_empty", "There are no frame results.")
    return replace(observer.finish(), moved_frames=order.moved, repeated_frames=order.repeated)
