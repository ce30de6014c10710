"""The parameters of rules, for people: name in Chinese and in English, and unit."""

from workers.plan.model import Language

_PARAMETERS: dict[str, tuple[str, str, str]] = {
    "dwell_min_s": ("最短时间", "least time", "s"),
    "hard_min_s": ("低于此为严重", "major below", "s"),
    "dwell_max_s": ("最长时间", "most time", "s"),
    "hard_max_s": ("高于此为严重", "major above", "s"),
    "near_s": ("临界复核范围", "to be reviewed within", "s"),
    "depth_m": ("插入深度", "depth of insertion", "m"),
    "method_statement": ("施工方案已规定", "fixed by the method statement", ""),
    "k": ("间距", "spacing", "R"),
    "hole_area_min_m2": ("最小漏振面积", "smallest missed area", "m²"),
    "sigma_max_ratio": ("最大不确定度", "largest uncertainty", "R"),
    "path_min_m": ("插入状态下移动距离", "way while inserted", "m"),
    "speed_min_m_s": ("移动速度", "speed", "m/s"),
    "time_min_s": ("持续至少", "for at least", "s"),
    "speed_max_m_s": ("最快拔棒速度", "fastest withdrawal", "m/s"),
    "tilt_max_deg": ("最大倾角", "largest tilt", "°"),
    "distance_min_m": ("最小距离", "least distance", "m"),
    "sigma_max_m": ("最大不确定度", "largest uncertainty", "m"),
    "strip_ratio": ("边带宽度", "width of the strip", "R"),
    "length_max_m": ("最长缺口", "longest gap", "m"),
    "initial_set_min": ("初凝时间", "initial set after", "min"),
    "warn_ratio": ("预警比例", "warn at a share of", ""),
    "delay_max_min": ("最长延迟", "longest delay", "min"),
    "visits_max": ("最多次数", "most visits", ""),
    "radius_ratio": ("同一位置范围", "same place within", "R"),
    "outside_max_m": ("最多超出", "outside by at most", "m"),
    "plan": ("计划振捣器数量", "pokers planned", ""),
    "time_min": ("持续至少", "for at least", "min"),
    "coverage_min_pct": ("最低覆盖率", "least coverage", "%"),
    "confirm_s": ("确认时间", "confirmed after", "s"),
    "cooldown_s": ("不重复时间", "not again within", "s"),
    "dwell_s": ("持续至少", "for at least", "s"),
    "observations_min": ("至少观测次数", "times seen, at least", ""),
    "time_s": ("持续至少", "for at least", "s"),
    "people_max": ("最多人数", "most people", ""),
    "absent_max_min": ("最长缺位", "longest absence", "min"),
    "warn_px": ("预警位移", "warn at", "px"),
    "shift_max_px": ("最大位移", "largest shift", "px"),
    "rmse_max_m": ("最大误差", "largest error", "m"),
    "ratio_min": ("最低可观测比例", "least share observed", ""),
    "gap_max_s": ("最长断流", "longest gap", "s"),
}


def parameter_words(name: str, language: Language) -> tuple[str, str]:
    """Return what a parameter is called, and its unit; one that is not known keeps its name."""
    chinese, english, unit = _PARAMETERS.get(name, (name, name, ""))
    return chinese if language == "zh" else english, unit
