"""What each rule is: its parameters, how severe it may be at most, and on what it rests.

Severity follows from the basis: the number of a code may be major, guidance and practice minor,
a site's own configuration is information until a person raises it. `trust` says how well the
source is known: S read in a published source, S2 in a secondary one, GK general engineering
knowledge whose clause must be checked in an official copy before it is printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workers.vibration.calibration import RMSE_MAX_M

ParameterValue = float | bool | None
Parameters = Mapping[str, ParameterValue]


class Severity(StrEnum):
    """How grave a finding can be."""

    STATUS = "status"
    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"


class Basis(StrEnum):
    """On what a rule rests."""

    CODE = "N"
    GUIDANCE = "G"
    SITE = "C"


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One row of the rule table.

    Attributes:
        severity: the highest that the rule itself may give.
        source, source_zh: on what its numbers rest, in our words; nothing where the site sets them.
        parameters: defaults, with the unit in the name; `None` must come from the site.
        is_metric: needs lengths on the ground and so a calibration.
        is_on: judged unless the site says otherwise.
    """

    id: str
    name_en: str
    name_zh: str
    severity: Severity
    basis: Basis
    source: str
    source_zh: str
    trust: str
    parameters: Parameters = field(default_factory=dict)
    is_metric: bool = False
    is_on: bool = True


_MAJOR, _MINOR, _INFO, _STATUS = (
    Severity.MAJOR,
    Severity.MINOR,
    Severity.INFO,
    Severity.STATUS,
)
_N, _G, _C = Basis.CODE, Basis.GUIDANCE, Basis.SITE

_SPECS = (
    RuleSpec(
        "V01", "Under-vibrated point", "欠振（时间不足）", _MAJOR, _G,
        "10-30 s per point; American guidance: 5-15 s held still",
        "每点 10-30 s；美国指南：静置 5-15 s",
        "S2",
        {
            "dwell_min_s": 10.0, "hard_min_s": 5.0, "near_s": 1.0, "depth_m": 0.0,
            "method_statement": False,
        },
    ),
    RuleSpec(
        "V02", "Over-vibrated point", "过振", _MAJOR, _G,
        "at most 20-30 s per point",
        "每点不超过 20-30 s",
        "S2", {"dwell_max_s": 30.0, "hard_max_s": 60.0, "near_s": 1.0, "method_statement": False},
    ),
    RuleSpec(
        "V03", "Spacing exceeded", "插点间距过大", _MINOR, _N,
        "GB 50666-2011 8.4.3: at most 1.4 times the radius of action; 1.5 in ACI and JTG wording",
        "GB 50666-2011 8.4.3：不大于作用半径的 1.4 倍；ACI 与 JTG 为 1.5 倍",
        "GK", {"k": 1.4}, is_metric=True,
    ),
    RuleSpec(
        "V04", "Missed area", "漏振", _MAJOR, _N,
        "follows from the codes' demand that no place is left out",
        "由规范“不得漏振”的要求得出",
        "GK",
        {"hole_area_min_m2": None, "sigma_max_ratio": 0.5}, is_metric=True,
    ),
    RuleSpec(
        "V05", "Dragging poker", "拖棒、平拖赶料", _MAJOR, _N,
        "project specifications after ACI 309 and UFGS forbid moving concrete with the poker",
        "参照 ACI 309 与 UFGS 的工程规范禁止用振捣棒赶料",
        "S", {"path_min_m": 0.30, "speed_min_m_s": 0.10, "time_min_s": 2.0}, is_metric=True,
    ),
    RuleSpec(
        "V06", "Fast withdrawal", "拔棒过快", _MINOR, _G,
        "about 75 mm/s; twice that is fast",
        "约 75 mm/s，达到两倍即为过快",
        "S", {"speed_max_m_s": 0.15},
        is_metric=True,
    ),
    RuleSpec(
        "V07", "Tilted insertion", "斜插", _MINOR, _N,
        "to be vertical; the angle is the site's",
        "要求垂直插入；角度由现场设定",
        "S", {"tilt_max_deg": 30.0}, is_on=False,
    ),
    RuleSpec(
        "V08", "Too close to formwork", "贴模振捣", _MINOR, _G,
        "50-100 mm; a maker: 70 mm",
        "50-100 mm；某厂家为 70 mm",
        "S2",
        {"distance_min_m": 0.07, "sigma_max_m": 0.03}, is_metric=True,
    ),
    RuleSpec(
        "V09", "Edge strip not vibrated", "模板边漏振", _MAJOR, _N,
        "GB 50666-2011 8.4.3: at most half the radius of action from the formwork",
        "GB 50666-2011 8.4.3：距模板不大于作用半径的一半",
        "GK",
        {"strip_ratio": 0.5, "length_max_m": 0.5}, is_metric=True,
    ),
    RuleSpec(
        "V10", "Layer interval exceeded", "层间间歇超时", _MAJOR, _N,
        "before the layer below sets; the time comes from the site's test",
        "须在下层初凝之前；时间取自现场试验",
        "S",
        {"initial_set_min": None, "warn_ratio": 0.8}, is_metric=True,
    ),
    RuleSpec(
        "V11", "Late vibration after placing", "布料后未及时振捣", _INFO, _C,
        "", "", "C",
        {"delay_max_min": 15.0}, is_metric=True,
    ),
    RuleSpec(
        "V12", "Repeated re-vibration", "重复振捣", _INFO, _G,
        "repeated visits to one point must not be added up",
        "同一点的多次振捣不得简单累加",
        "S",
        {"visits_max": 2.0, "radius_ratio": 0.5}, is_metric=True,
    ),
    RuleSpec(
        "V13", "Insertion outside the pour", "区域外振捣", _INFO, _C,
        "", "", "C",
        {"outside_max_m": 0.3}, is_metric=True,
    ),
    RuleSpec(
        "V14", "Too few active vibrators", "振捣器数量不足", _MINOR, _G,
        "UFGS: an adequate number; the number is the site's plan",
        "UFGS：数量应充足；具体数量取自现场计划",
        "S",
        {"plan": None, "time_min": 5.0},
    ),
    RuleSpec(
        "V15", "Coverage below target", "覆盖率不足", _INFO, _C,
        "", "", "C",
        {"coverage_min_pct": 95.0}, is_metric=True,
    ),
    RuleSpec(
        "S01", "No helmet", "未戴安全帽", _MAJOR, _N,
        "a helmet is compulsory on site",
        "进入现场必须戴安全帽",
        "GK",
        {"confirm_s": 2.0, "cooldown_s": 60.0},
    ),
    RuleSpec(
        "S02", "No reflective vest", "未穿反光衣", _MINOR, _C,
        "timing after public systems",
        "时间参照公开系统",
        "GK", {"confirm_s": 2.0, "cooldown_s": 60.0},
    ),
    RuleSpec(
        "S03", "Zone intrusion", "闯入危险区", _MAJOR, _N,
        "danger zones are to be guarded",
        "危险区域须设防护",
        "GK",
        {"dwell_s": 1.0, "observations_min": 3.0}, is_metric=True,
    ),
    RuleSpec(
        "S04", "Loitering in zone", "危险区滞留", _MINOR, _G,
        "as public systems do",
        "参照公开系统的做法",
        "S",
        {"time_s": 4.0, "near_s": 1.0}, is_metric=True,
    ),
    RuleSpec(
        "S05", "Crowding", "人员聚集", _INFO, _C,
        "", "", "C",
        {"people_max": None, "time_s": 10.0}, is_metric=True,
    ),
    RuleSpec(
        "S06", "Supervisor absent", "旁站缺位", _INFO, _C,
        "", "", "C",
        {"absent_max_min": 10.0}, is_metric=True,
    ),
    RuleSpec(
        "Q01", "Camera moved", "相机移位", _STATUS, _G,
        "2 and 5 px in publications",
        "2 px 提示，5 px 停用",
        "S",
        {"warn_px": 2.0, "shift_max_px": 5.0},
    ),
    RuleSpec(
        "Q02", "Calibration invalid", "标定失效", _STATUS, _C,
        "", "", "C", {"rmse_max_m": RMSE_MAX_M},
    ),
    RuleSpec(
        "Q03", "Could not be observed", "遮挡无法判定", _STATUS, _C,
        "", "", "C",
        {"ratio_min": 0.6},
    ),
    RuleSpec("Q04", "Stream lost", "断流", _STATUS, _C,
        "", "", "C", {"gap_max_s": 3.0}),
)  # fmt: skip

RULE_SPECS: dict[str, RuleSpec] = {spec.id: spec for spec in _SPECS}

PROFILES: dict[str, dict[str, Parameters]] = {
    "CN-GB": {},
    "CN-JTG": {"V01": {"dwell_min_s": 20.0}, "V03": {"k": 1.5}},
    "ACI": {
        "V01": {"dwell_min_s": 5.0},
        "V02": {"dwell_max_s": 15.0},
        "V03": {"k": 1.5},
    },
    "own": {},
}
