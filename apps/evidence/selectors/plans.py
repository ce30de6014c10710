"""The maps of an inspection as plans to be drawn."""

from typing import Any

from apps.common.errors import NotFound
from apps.inspection.models import CoverageMap, Insertion, Inspection, Origin, SiteVersion
from apps.inspection.selectors.insertions import rasters_of
from apps.inspection.selectors.sites import site_version_get
from apps.projects.models import Project
from workers.plan.model import Mark, Outline, Plan, ZoneOutline
from workers.vibration.site import DEFAULT_RADIUS_M


def inspected_site(project: Project) -> SiteVersion:
    """The version of the site that the last computation rests on."""
    return site_version_get(project, last_inspection(project).site_version)


def last_inspection(project: Project) -> Inspection:
    """The last computation; one that found nothing where there was none."""
    return Inspection.objects.select_related("run").filter(project=project).first() or Inspection(
        project=project
    )


def plan_of(project: Project, lift: int) -> Plan:
    """The plan of one lift. Raises NotFound where it has no map."""
    found = CoverageMap.objects.filter(project=project, lift=lift).first()
    if found is None:
        raise NotFound("There is no map of this lift (yet).", code="map_not_found")
    inspection = last_inspection(project)
    return _plan(inspection, found, site_version_get(project, inspection.site_version))


def plans_of(project: Project) -> list[Plan]:
    """The plans of all lifts that have a map."""
    inspection = last_inspection(project)
    version = site_version_get(project, inspection.site_version)
    maps = CoverageMap.objects.filter(project=project)
    return [_plan(inspection, one, version) for one in maps]


def _plan(inspection: Inspection, found: CoverageMap, version: SiteVersion) -> Plan:
    project, facts, site = inspection.project, found.facts, version.site
    classes, dose_s = rasters_of(found)
    marks = Insertion.objects.filter(project=project, lift=found.lift)
    radius_m = site["radius_m"]
    return Plan(
        title=project.name,
        lift=str(facts["name"]),
        origin_m=(float(facts["origin_m"][0]), float(facts["origin_m"][1])),
        cell_m=float(facts["cell_m"]),
        classes=classes,
        dose_s=dose_s,
        dose_scale_s=float(facts["dose_scale_s"]),
        marks=tuple(
            Mark(number, x_m, y_m, grade, origin != Origin.DETECTED)
            for number, x_m, y_m, grade, origin in marks.values_list(
                "number", "x_m", "y_m", "grade", "origin"
            )
            if x_m is not None and y_m is not None
        ),
        pour=_outline(site["pour"]),
        openings=tuple(_outline(one) for one in site["openings"]),
        formwork=tuple(_outline(one) for one in site["formwork"] or []),
        zones=tuple(
            ZoneOutline(str(one.get("name", "")), str(one.get("kind", "danger")), polygon)
            for one in site["zones"]
            if (polygon := _outline(one.get("polygon")))
        ),
        radius_m=DEFAULT_RADIUS_M if radius_m is None else float(radius_m),
        is_radius_given=radius_m is not None,
        calibration_id=f"v{version.version} · {version.sha256[:8]}",
        sigma_m=float(facts.get("sigma_m") or 0.0),
        covered_pct=facts.get("covered_pct"),
        covered_tolerant_pct=facts.get("covered_tolerant_pct"),
        is_final=inspection.is_whole,
    )


def _outline(points: Any) -> Outline:
    return tuple((float(x), float(y)) for x, y in points or [])
