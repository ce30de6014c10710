"""One video of a pour, and what was observed in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workers.vibration.calibration import Calibration, Grade
from workers.vibration.camera import Camera, CameraShift
from workers.vibration.corrections import Mark, entered
from workers.vibration.frames import FrameLike
from workers.vibration.ground import Ground
from workers.vibration.insertions import Insertion
from workers.vibration.merging import Span
from workers.vibration.observe import Observer, observe
from workers.vibration.site import Site


@dataclass(frozen=True, slots=True)
class PourVideo:
    """One video of a pour.

    Attributes:
        camera: its name in the site.
        offset_s: the pour's time at its first frame.
        width, height: of its upright picture, in pixels.
        frames: frame results on its own clock; None where nothing was analysed.
        shifts: measured movement of the camera against its calibrated picture.
        is_unmeasurable: that picture shows too little for shifts to be measured.
    """

    camera: str
    offset_s: float
    duration_s: float
    width: int
    height: int
    frames: Iterable[FrameLike] | None = None
    shifts: Sequence[CameraShift] = ()
    is_unmeasurable: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where to look for something, in one video.

    Attributes:
        start_s, end_s: on the video's clock.
        pixel: in its upright picture; None where it is not in sight.
    """

    camera: str
    start_s: float
    end_s: float
    pixel: tuple[float, float] | None


class Recording:
    """A video with its site, and what was observed in it on its own clock."""

    def __init__(self, video: PourVideo, site: Site) -> None:
        self.video = video
        self.site = site
        self.grounds = [Ground(lift.calibration) for lift in site.lifts]
        self.camera = Camera(video.shifts, site.rules["Q01"].number("shift_max_px"))
        if video.frames is not None:
            self.seen = observe(video.frames, site, video.shifts)
        else:
            self.seen = replace(
                Observer(site, video.shifts).finish(), start_s=0.0, end_s=video.duration_s
            )

    @property
    def is_analysed(self) -> bool:
        """Whether there were frames."""
        return self.video.frames is not None

    def calibration(self, lift: int) -> Calibration | None:
        """The calibration that places rest on in a lift; None where they cannot."""
        calibration = self.site.lifts[lift].calibration
        is_refused = calibration is None or calibration.quality.grade is Grade.REFUSED
        return None if is_refused else calibration

    def enter(self, mark: Mark) -> Insertion:
        """Return the insertion that a person marked in the picture, on the pour's clock."""
        lift = self.site.lift_index_at(mark.start_s)
        ground = self.grounds[lift]
        metric = None
        if mark.pixel is not None and ground.is_metric:
            place = ground.project(*mark.pixel, self.video.width, self.camera.at(mark.start_s))
            if place is not None:
                sigma_m = ground.sigma_at(place, mark.end_s - mark.start_s)
                metric = None if sigma_m is None else (*place, sigma_m)
        return entered(
            self.video.camera, mark, offset_s=self.video.offset_s, lift=lift, metric=metric,
            is_camera_moved=self.camera.is_moved_between(mark.start_s, mark.end_s),
        )  # fmt: skip

    def on_pour_clock(self, spans: Sequence[Span]) -> list[Span]:
        """Return times of this video on the pour's clock."""
        offset_s = self.video.offset_s
        return [(start_s + offset_s, end_s + offset_s) for start_s, end_s in spans]

    def spot(self, start_s: float, end_s: float, place: tuple[float, float] | None) -> Spot | None:
        """Return a time of the pour in this video; None if the video does not show it."""
        begin_s, stop_s = start_s - self.video.offset_s, end_s - self.video.offset_s
        if stop_s < 0.0 or begin_s > self.video.duration_s:
            return None
        begin_s, stop_s = max(begin_s, 0.0), min(stop_s, self.video.duration_s)
        pixel = None
        if place is not None:
            ground = self.grounds[self.site.lift_index_at(begin_s)]
            pixel = ground.pixel_of(place, self.video.width) if ground.is_metric else None
        if pixel is not None and not self._is_in_picture(pixel):
            pixel = None
        return Spot(self.video.camera, begin_s, stop_s, pixel)

    def sees(self, place: tuple[float, float]) -> bool:
        """Whether people at a place on the ground would have been found."""
        pixels = [
            ground.pixel_of(place, self.video.width) for ground in self.grounds if ground.is_metric
        ]
        return self.is_analysed and any(
            pixel is not None and self._is_in_picture(pixel) for pixel in pixels
        )

    def _is_in_picture(self, pixel: tuple[float, float]) -> bool:
        return 0.0 <= pixel[0] <= self.video.width and 0.0 <= pixel[1] <= self.video.height
