"""What is written in reports, in Chinese and in English."""

from workers.plan.model import Language

_ZH = {
    "title": "混凝土振捣旁站检测报告",
    "running": "视频尚未全部分析：以下为中间结果。",
    "page": "第 {} 页",
    "header": "旁站记录（GB/T 50319-2013 表 A.0.6 栏目）",
    "project": "工程名称", "description": "说明", "project_code": "编号",
    "part": "旁站的关键部位、关键工序", "contractor": "施工单位", "supervisor": "监理单位",
    "started": "旁站开始时间", "ended": "旁站结束时间", "weather": "天气", "mix": "混凝土配合比",
    "lift": "浇筑层", "poker": "振捣器", "process_notes": "施工情况",
    "problems_handled": "发现的问题及处理情况",
    "figures": "关键指标", "insertions": "插点数", "valid": "有效插点", "median": "振捣时间中位数",
    "covered": "覆盖率", "uncovered": "未覆盖面积",
    "unobservable_both": "无法观测：面积 · 时间", "unobserved_min": "无法观测 (分钟)",
    "findings": "问题数", "to_review_count": "待复核",
    "maps": "振捣平面图", "no_map": "没有平面图：缺少标定、浇筑范围或振捣器检测结果。",
    "coverage": "覆盖率",
    "finding_cards": "主要问题", "finding_list": "问题清单", "no_findings": "未发现问题。",
    "only_first": "图片只列出前 {} 条（共 {} 条，违规在前，再按严重程度）；"
    "其余见清单与系统中的证据文件。",
    "unreviewed": "【尚未复核】",
    "unreviewed_note": "有 {} 条问题尚未由人员复核，不能作为处理依据。",
    "poker_model_missing": "视频未经检测模型分析：插点仅来自人工录入。",
    "poker_model_none": "检测模型 {} 不能识别振捣器：没有经过训练的振捣器模型，"
    "未检测到振捣不等于漏振。",
    "poker_model_simulated": "检测模型 {} 仅用模拟画面训练，未经真实现场验证："
    "振捣器检测结果须人工核对。",
    "no_still": "没有画面", "insertion_list": "插点明细", "no_insertions": "没有插点。",
    "health": "标定与相机状态", "calibrations": "标定", "calibration": "标定",
    "cameras": "相机移动",
    "no_calibration": "没有标定：与长度、面积有关的规则均未判定。", "notes": "状态说明",
    "manual": "人工复核项（相机无法判定，不得视为合格）",
    "checked": "复核结果", "checker": "复核人",
    "basis": "规则与依据", "profile": "规则集", "versions": "版本与摘要",
    "disclaimers": "说明", "signatures": "签字",
    "contractor_sign": "施工单位质检人员", "supervisor_sign": "旁站监理人员",
    "reviewer_sign": "复核人", "date": "日期",
    "number": "编号", "rule": "规则", "severity": "等级", "state": "状态", "value": "实测",
    "limit": "限值", "time": "时间", "place": "位置 (m)", "points": "插点", "review": "复核",
    "video": "视频", "video_time": "视频时间", "wall_time": "日历时间",
    "evidence": "证据文件 SHA-256",
    "basis_short": "依据", "trust": "可信度", "verdict": "判定",
    "uncertain": "接近限值或不确定", "note": "备注",
    "start": "开始", "end": "结束", "duration": "时长 (s)",
    "effective": "有效时间 (s)", "x": "x (m)", "y": "y (m)",
    "sigma": "σ (m)", "sigma_s": "σ (s)", "observed": "可见率", "grade": "评价", "origin": "来源",
    "flags": "标记", "layer": "层", "name": "名称", "digest": "SHA-256", "size": "画面",
    "offset": "浇筑时钟起点", "tolerant": "覆盖率（R + σ）", "largest_hole": "最大漏振 (m²)",
    "uncovered_m2": "未覆盖 (m²)", "unobservable_pct": "无法观测 (%)", "covered_pct": "覆盖率 (%)",
    "tolerant_pct": "覆盖率 R + σ (%)",
    "point_count": "点 / 检查点", "rmse_px": "RMSE (px)", "rmse_m": "RMSE (m)",
    "max_m": "最大 (m)", "loo_m": "留一法 (m)", "check_m": "检查点 (m)", "measured": "测量次数",
    "worst_px": "最大位移 (px)", "lost": "视野丢失次数", "parameters": "参数", "judged": "已判定",
    "not_judged": "未判定", "reason": "原因", "message": "内容", "yes": "是", "no": "否",
    "status_rule": "状态项，见状态说明",
    "radius": "作用半径 R", "radius_default": "（默认值，未经确认：相关问题仅为提示）",
    "site": "现场设置", "detector": "检测模型", "run": "分析", "rate": "采样",
    "every_frame": "每帧",
    "per_second": "{:g} 帧/秒", "frames": "帧数", "software": "结果版本", "computed": "计算时间",
    "made": "报告生成", "by": "生成人", "unknown": "未知", "none": "—",
    "summary_sheet": "汇总", "insertion_sheet": "插点明细", "finding_sheet": "违规明细",
    "coverage_sheet": "覆盖率", "ppe_sheet": "PPE", "camera_sheet": "相机与标定",
    "sign_sheet": "复核签字", "ppe_none": "没有安全帽、反光衣方面的问题。", "item": "项目",
    "advisory": "仅供参考",
    "measured_anew": "重新测量后须再次复核：{before} → {now}，限值 {limit}",
}  # fmt: skip

_EN = {
    "title": "Concrete vibration inspection record",
    "running": "Not all has been analysed: these are intermediate results.",
    "page": "Page {}",
    "header": "Supervision record (fields of GB/T 50319-2013, table A.0.6)",
    "project": "Project", "description": "Description", "project_code": "Number",
    "part": "Part and process supervised", "contractor": "Contractor", "supervisor": "Supervisor",
    "started": "Supervision began", "ended": "Supervision ended", "weather": "Weather",
    "mix": "Concrete mix", "lift": "Lift", "poker": "Vibrator", "process_notes": "Course of work",
    "problems_handled": "Problems and how they were handled",
    "figures": "Key figures", "insertions": "Insertions", "valid": "Valid insertions",
    "median": "Median dwell", "covered": "Coverage", "uncovered": "Uncovered",
    "unobservable_both": "Not observable: area · time", "unobserved_min": "Not observable (min)",
    "findings": "Findings", "to_review_count": "To be reviewed",
    "maps": "Vibration plans",
    "no_map": "No plan: there is no calibration, no pour outline or no detected vibrator.",
    "coverage": "Coverage",
    "finding_cards": "Main findings", "finding_list": "All findings",
    "no_findings": "Nothing was found.",
    "only_first": "Pictures are shown for the first {} of {} findings, violations first, then by "
    "severity; the others are in the list and in the system's evidence files.",
    "unreviewed": "[NOT YET REVIEWED]",
    "unreviewed_note": "Findings that no person has reviewed yet, and no ground to act on: {}.",
    "poker_model_missing": "No detector has analysed the videos: all insertions are those that a "
    "person entered.",
    "poker_model_none": "The detector {} does not know pokers: there is no trained model for them. "
    "That none was detected does not mean that nothing was vibrated.",
    "poker_model_simulated": "The detector {} was trained on simulated pictures only and never "
    "proved on a real site: a person has to check what it says of pokers.",
    "no_still": "No picture", "insertion_list": "Insertions", "no_insertions": "No insertions.",
    "health": "Calibration and cameras", "calibrations": "Calibrations",
    "calibration": "Calibration",
    "cameras": "Camera movement",
    "no_calibration": "No calibration: rules about lengths and areas were not judged.",
    "notes": "Status", "manual": "To be checked by a person (no camera sees it; never passed)",
    "checked": "Result", "checker": "Checked by",
    "basis": "Rules and their basis", "profile": "Rule profile", "versions": "Versions and digests",
    "disclaimers": "What this record does not say", "signatures": "Signatures",
    "contractor_sign": "Contractor's quality inspector", "supervisor_sign": "Supervising engineer",
    "reviewer_sign": "Reviewer", "date": "Date",
    "number": "No.", "rule": "Rule", "severity": "Severity", "state": "State", "value": "Measured",
    "limit": "Limit", "time": "Time", "place": "Place (m)", "points": "Insertions",
    "review": "Review", "video": "Video", "video_time": "Video time", "wall_time": "Wall clock",
    "evidence": "SHA-256 of the evidence", "basis_short": "Basis", "trust": "Trust",
    "verdict": "Verdict", "uncertain": "near the limit or uncertain",
    "note": "Note", "start": "Start", "end": "End",
    "duration": "Dwell (s)", "effective": "Effective (s)", "x": "x (m)", "y": "y (m)",
    "sigma": "sigma (m)", "sigma_s": "sigma (s)", "observed": "Observed", "grade": "Grade",
    "origin": "Origin", "flags": "Flags", "layer": "Lift", "name": "Name",
    "digest": "SHA-256", "size": "Picture", "offset": "Begins at",
    "tolerant": "Coverage (R + sigma)", "largest_hole": "Largest hole (m²)",
    "uncovered_m2": "Uncovered (m²)", "unobservable_pct": "Not observable (%)",
    "covered_pct": "Coverage (%)", "tolerant_pct": "Coverage R + sigma (%)",
    "point_count": "Points / checks", "rmse_px": "RMSE (px)", "rmse_m": "RMSE (m)",
    "max_m": "Max (m)", "loo_m": "Leave one out (m)", "check_m": "Check points (m)",
    "measured": "Measurements", "worst_px": "Largest shift (px)", "lost": "View lost",
    "parameters": "Parameters", "judged": "Judged", "not_judged": "Not judged", "reason": "Reason",
    "message": "Message", "yes": "yes", "no": "no", "radius": "Radius of action R",
    "status_rule": "status, see there",
    "radius_default": "(default, confirmed by nobody: what rests on it is advisory)",
    "site": "Site set-up", "detector": "Detector", "run": "Run", "rate": "Sampling",
    "every_frame": "every frame", "per_second": "{:g} frames per second", "frames": "Frames",
    "software": "Version of results", "computed": "Computed", "made": "Report made", "by": "by",
    "unknown": "unknown", "none": "-",
    "summary_sheet": "Summary", "insertion_sheet": "Insertions", "finding_sheet": "Findings",
    "coverage_sheet": "Coverage", "ppe_sheet": "PPE", "camera_sheet": "Cameras",
    "sign_sheet": "Review and signatures",
    "ppe_none": "Nothing was found about helmets and vests.", "item": "Item",
    "advisory": "advisory",
    "measured_anew": "to be reviewed again after a new measurement: {before} → {now}, "
    "limit {limit}",
}  # fmt: skip

WORDS: dict[Language, dict[str, str]] = {"zh": _ZH, "en": _EN}

# What the compute calls things, for people. What has no entry is printed as it is.
TERMS: dict[Language, dict[str, str]] = {
    "zh": {
        "major": "严重", "minor": "一般", "info": "提示", "status": "状态",
        "violation": "违规", "to_review": "待复核", "confirmed": "已确认", "false_alarm": "误报",
        "notified": "已通知", "rectified": "已整改", "closed": "已闭环",
        "short": "欠振", "good": "合格", "over": "过振", "unclear": "无法判定",
        "missed": "漏振", "unobservable": "无法观测",
        "detected": "检测", "added": "人工添加", "corrected": "人工修正",
        "truncated": "不完整", "interpolated": "遮挡补全", "low_observation": "可见率低",
        "camera_moved": "相机移位", "manual": "人工",
        "green": "良好", "amber": "可用", "refused": "不可用",
        "m2": "m²", "people": "人", "visits": "次", "deg": "°", "min": "分钟", "frames": "帧",
        "pour": "浇筑区域",
        "N": "规范", "G": "指南或惯例", "C": "现场规定",
        "lower_layer": "插入下层的深度", "depth": "插入深度", "lift_thickness": "分层厚度",
        "frequency": "频率与振幅", "setting": "初凝状态", "rebar": "表面以下是否碰撞钢筋",
        "withdrawal": "拔棒速度", "tilt": "振捣棒是否垂直",
        "it is switched off": "已关闭",
        "not all has been analysed": "视频尚未全部分析",
        "no frames were analysed": "没有分析过的画面",
        "no frames were analysed, and nobody entered an insertion":
            "没有分析过的画面，也没有人工插点",
        "it needs lengths on the ground, and there is no calibration that gives them":
            "需要地面长度，但没有可用的标定",
        "the camera was moved, or saw too little, all the time": "相机全程移位或画面内容不足",
        "the speed of the rod was not measured; boxes do not show it": "检测框不能反映拔棒速度",
        "the tilt of the rod was not measured; boxes do not show it": "检测框不能反映倾角",
        "the site has no initial setting time": "未设置初凝时间",
        "the site has one lift only": "只有一个浇筑层",
        "nothing says when concrete was placed": "未记录布料时间",
        "the site has no planned number of vibrators": "未设置计划振捣器数量",
        "the site has no limit of people": "未设置人数上限",
        "the site has no post zone": "未设置旁站岗位",
        "no camera saw the post zone": "没有相机看到旁站岗位",
        "the site has no danger zone": "未设置危险区",
        "the site has no pour": "未设置浇筑范围",
        "the site has no formwork": "未设置模板",
        "the detector found no vibrator_in at all": "没有检测到振捣器",
        "the detector found no person at all": "没有检测到人员",
        "there is no coverage map": "没有覆盖图：需要标定、浇筑范围与可见的振捣器",
        "not all of it could be seen": "未能看到全过程",
        "seen in very few frames": "仅在极少数画面中可见",
        "the poker was in this place again within seconds": "数秒内振捣器又回到此处",
    },
    "en": {
        "to_review": "to be reviewed", "false_alarm": "false alarm",
        "low_observation": "hardly seen",
        "camera_moved": "camera moved", "N": "code", "G": "guidance or practice", "C": "site",
        "short": "too short", "over": "too long",
        "lower_layer": "Penetration into the lower layer", "depth": "Depth of insertion",
        "lift_thickness": "Thickness of the lift", "frequency": "Frequency and amplitude",
        "setting": "Initial set", "rebar": "Contact with reinforcement below the surface",
        "withdrawal": "Speed of withdrawal", "tilt": "Whether the poker was held upright",
        "m2": "m²",
    },
}  # fmt: skip

# Sentences with names and numbers of their own in them.
PATTERNS: dict[Language, tuple[tuple[str, str], ...]] = {
    "zh": (
        (r"the detector found neither (\w+) nor (\w+)", r"检测器不能识别 \1 与 \2"),
        (
            r"places are known to ([\d.]+) m only, ([\d.]+) m would be enough",
            r"位置精度为 \1 m，需要 \2 m",
        ),
        (r"([\d.e+]+) planned", r"计划 \1 台"),
        (r"([\d.e+]+) min after placing", r"布料后 \1 分钟"),
    ),
    "en": (),
}

# Why a finding is to be reviewed again, as `apps.inspection.services.reopening` writes it.
MEASURED_ANEW = (
    r"Measured anew: (\S+) \((\w+), (\w+)\) -> (\S+) \((\w+), (\w+)\), "
    r"limit (\S+), in (\S+)\."
)

# What there is to know about a result, by its code; where there is no entry, its own sentence.
NOTES: dict[Language, dict[str, str]] = {
    "zh": {
        "nothing_analysed": "没有分析过的画面：只对人工添加的插点进行判定。",
        "no_vibrator_detections": "没有检测到振捣器：检测器可能不识别振捣器，不能据此认定漏振。",
        "camera_moved": "相机已移位，无法测量位置。",
        "view_lost": "画面内容不足，无法测量位置。",
        "camera_compensated": "相机有轻微移动，位置已修正。",
        "lift_off_plane": "此浇筑层沿用其他层的标定平面，以米计的结果均须复核。",
        "lift_not_judged": "此浇筑层的间距、漏振或覆盖率未能判定。",
        "camera_unmeasured": "未能测量相机是否移动：基准画面中静止且有轮廓的内容太少，"
        "请另选基准画面。",
        "calibration_refused": "标定未通过，以米计的规则停用。",
        "calibration_amber": "标定精度较低，长度仅供参考。",
        "calibration_mirrored": "坐标轴成镜像，请检查 x 与 y 是否颠倒。",
        "calibration_missing": "没有标定，以米计的规则停用。",
        "frame_shape_differs": "部分画面的尺寸与标定画面不同。",
        "insertion_unobserved": "有插点被遮挡过久，无法判定。",
        "stream_lost": "此时间段没有画面。",
        "radius_not_set": "作用半径未经人工设定，间距和覆盖仅供提示。",
        "site_keys_ignored": "现场设置中有无效的内容。",
        "pour_not_set": "现场设置中没有浇筑范围，无法计算覆盖率。",
        "sampling_slow": "每秒不足 5 帧，时长的准确度较低。",
        "frames_reordered": "画面的顺序有误，已重新排列。",
        "frames_repeated": "有重复的画面，已取第一个。",
    },
    "en": {},
}

DISCLAIMERS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "本报告由视频自动分析并经人员复核得出；未标明“已确认”的问题不构成违规认定。",
        "相机只能看到表面：插入深度、插入下层、分层厚度、频率与振幅、初凝均须人工复核。",
        "无法观测的面积与时间既不计为合格，也不计为违规；没有检测到振捣器不等于漏振。",
        "位置与面积的误差取决于标定与检测；接近限值的结果一律列为待复核。",
        "依据可信度：S 为公开资料原文，S2 为二手资料，GK 为工程常识，"
        "引用条款号前须核对标准正式文本；C 为现场规定。",
    ),
    "en": (
        "This record comes from automatic analysis of video, reviewed by people; what is not "
        "marked as confirmed is no established violation.",
        "A camera sees the surface only: depth, penetration into the lower layer, thickness of "
        "the lift, frequency, amplitude and initial set are to be checked by a person.",
        "Area and time that could not be observed count neither as good nor as violated. That no "
        "vibrator was detected does not mean that nothing was vibrated.",
        "Errors of place and area depend on calibration and detection; results near a limit are "
        "always to be reviewed.",
        "Trust in a basis: S read in a published source, S2 in a secondary one, GK general "
        "engineering knowledge whose clause must be checked in the official text, C the "
        "site's own.",
    ),
}
