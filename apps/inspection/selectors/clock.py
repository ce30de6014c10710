"""The clock of a pour, on which the times of all its videos are laid."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from apps.inspection.models import SiteVersion
from apps.inspection.selectors.sites import site_newest
from apps.projects.models import Project, Video, VideoState
from workers.vibration.pour_site import PourSite


@dataclass(frozen=True, slots=True)
class PourClock:
    """When each video begins.

    Attributes:
        starts_at: the wall clock at zero, where it is known.
        videos: in the order of their upload.
        offsets_s: by video, the pour's time at its first frame.
    """

    starts_at: datetime | None
    videos: tuple[Video, ...]
    offsets_s: dict[int, float]
    wall_starts: dict[int, datetime]

    @property
    def zone(self) -> tzinfo:
        """The offset of the site's wall clock, as somebody gave it; UTC where nobody did."""
        return (self.starts_at and self.starts_at.tzinfo) or UTC

    def wall(self, video_id: int, video_s: float) -> datetime | None:
        """The wall clock at a time of a video; None where nobody knows when it began."""
        starts_at = self.wall_starts.get(video_id)
        return None if starts_at is None else starts_at + timedelta(seconds=video_s)

    def to_json(self) -> dict[str, Any]:
        return {
            "starts_at": self.starts_at.isoformat() if self.starts_at else None,
            "videos": [
                {
                    "video": video.pk,
                    "offset_s": self.offsets_s[video.pk],
                    "duration_s": video.duration_seconds,
                }
                for video in self.videos
            ],
        }


def clock_of(project: Project, version: SiteVersion | None = None) -> PourClock:
    """The clock by a version of the site, or the newest one."""
    version = version or site_newest(project)
    site = PourSite(version.site, version.sha256)
    videos = Video.objects.filter(project=project, state=VideoState.READY)
    return clock_lay(list(videos.order_by("created_at", "pk")), site)


def recording_days(video_ids: Collection[int]) -> dict[int, date]:
    """The day on site at the first frame of each video whose wall clock is known."""
    days: dict[int, date] = {}
    for project in Project.objects.filter(videos__in=video_ids).distinct():
        version = site_newest(project)
        site = PourSite(version.site, version.sha256)
        for id in Video.objects.filter(project=project, pk__in=video_ids).values_list(
            "pk", flat=True
        ):
            if (starts_at := site.starts_at(str(id))) is not None:
                days[id] = starts_at.date()
    return days


def clock_lay(videos: Sequence[Video], site: PourSite) -> PourClock:
    """By the wall clock where it is known; the others follow, one after the other."""
    wall_starts = {
        video.pk: starts_at
        for video in videos
        if (starts_at := site.starts_at(str(video.pk))) is not None
    }
    zero = min(wall_starts.values(), default=None)
    offsets_s: dict[int, float] = {}
    end_s = 0.0
    for video in sorted(videos, key=lambda one: one.pk not in wall_starts):
        starts_at = wall_starts.get(video.pk)
        if starts_at is not None and zero is not None:
            offsets_s[video.pk] = (starts_at - zero).total_seconds()
        else:
            offsets_s[video.pk] = end_s
        end_s = max(end_s, offsets_s[video.pk] + video.duration_seconds)
    return PourClock(zero, tuple(videos), offsets_s, wall_starts)
