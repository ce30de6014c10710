"""The lifts of a pour, and the ground planes through which a video sees them."""

from dataclasses import dataclass
from typing import Any

from apps.inspection.models import Inspection, SiteVersion
from apps.inspection.selectors.sites import site_version_get
from apps.projects.models import Video
from workers.vibration.pour_site import PourSite


@dataclass(frozen=True, slots=True)
class VideoPlanes:
    """What a video was measured by.

    Attributes:
        by_lift: by the number of the lift, the points of its calibration; None where it has none.
        still_seconds: time of the still that was calibrated; None where nobody set the camera up.
    """

    by_lift: tuple[dict[str, Any] | None, ...]
    still_seconds: float | None

    def of(self, lift: int) -> dict[str, Any] | None:
        return self.by_lift[lift] if lift < len(self.by_lift) else None


def lifts_of(inspection: Inspection, version: SiteVersion) -> list[tuple[str, ...]]:
    """By their number, what cameras call the lifts; the first name is the one that is shown."""
    site = PourSite(version.site, version.sha256)
    offsets_s = {str(one["video"]): one["offset_s"] for one in inspection.clock.get("videos", [])}
    return [lift.names for lift in site.lifts(offsets_s)] or [("1",)]


def planes_of(video: Video, site_version: int | None = None) -> VideoPlanes:
    """By a version of the site, or by the one that was last computed with.

    Lifts are those of the whole pour: a camera has planes of its own for some, by their names.
    """
    project = video.project
    inspection = Inspection.objects.filter(project=project).first() or Inspection(project=project)
    wanted = inspection.site_version if site_version is None else site_version
    version = site_version_get(project, wanted)
    lifts = lifts_of(inspection, version)
    setup = version.site["cameras"].get(str(video.pk))
    if setup is None:
        return VideoPlanes((None,) * len(lifts), None)
    own = {lift["name"]: lift["calibration"] for lift in setup["lifts"]}
    planes = (next((own[name] for name in names if name in own), None) for names in lifts)
    return VideoPlanes(
        tuple(plane or setup["calibration"] for plane in planes), setup["still_seconds"]
    )
