import { i18n } from "@/i18n";

/**
 * Sentences of the analysis that have no code of their own. A test in Python reads this table and
 * holds every sentence that the analysis can say against it.
 */
const KNOWN: readonly [RegExp, string][] = [
  [/^it is switched off$/, "off"],
  [/^it needs lengths on the ground/, "no_calibration"],
  [/^no frames were analysed$/, "no_frames"],
  [/^no frames were analysed, and nobody entered an insertion$/, "nothing_known"],
  [/^the camera was moved, or saw too little/, "camera_moved"],
  [/^the detector found no vibrator_in at all$/, "no_pokers"],
  [/^the detector found no person at all$/, "no_people"],
  [/^not all has been analysed$/, "goes_on"],
  [/^there is no coverage map$/, "no_coverage"],
  [/^the site has no pour$/, "no_pour"],
  [/^the site has no formwork$/, "no_formwork"],
  [/^places are known to/, "too_uncertain"],
  [/^the (speed|tilt) of the rod was not measured/, "no_pose"],
  [/^the site has no initial setting time$/, "no_setting_time"],
  [/^the site has one lift only$/, "one_lift"],
  [/^nothing says when concrete was placed$/, "no_placements"],
  [/^the site has no planned number/, "no_plan"],
  [/^the detector found neither/, "no_label"],
  [/^the site has no limit of people$/, "no_people_limit"],
  [/^the site has no post zone$/, "no_post"],
  [/^no camera saw the post zone$/, "post_unseen"],
  [/^the site has no danger zone$/, "no_danger"],
  [/^not all of it could be seen$/, "truncated"],
  [/^seen in very few frames$/, "few_frames"],
  [/^the poker was in this place again within seconds$/, "same_place"],
  [/^(\S+) planned$/, "planned"],
  [/^(\S+) min after placing$/, "after_placing"],
  [/^pour$/, "pour"],
];
/** As the server writes it when a finding got worse than what was reviewed. */
const MEASURED_ANEW =
  /^Measured anew: (?<was>\S+) \((?<wasSeverity>\w+), (?<wasVerdict>\w+)\) -> (?<now>\S+) \((?<severity>\w+), (?<verdict>\w+)\), limit (?<limit>\S+), in (?<unit>\S+)\.$/;

/** A sentence of the analysis in the reader's language; what is not known is shown as it came. */
export function serverWords(text: string): string {
  const { t } = i18n.global;
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(text);
    if (found) return t(`server.${key}`, { number: found[1] ?? "" });
  }
  const measured = MEASURED_ANEW.exec(text)?.groups;
  return measured ? measuredAnew(measured) : text;
}

/** Why a finding is to be reviewed again: what was reviewed, and what is measured now. */
function measuredAnew({ was, wasSeverity, wasVerdict, now, severity, verdict, limit, unit }: Record<string, string>): string {
  const { t, te } = i18n.global;
  const graded = (value = "", grade = "", sureness = ""): string =>
    `${value} (${t(`findings.severity.${grade}`)}, ${t(`server.verdict.${sureness}`)})`;
  return t("server.measured_anew", {
    before: graded(was, wasSeverity, wasVerdict),
    now: graded(now, severity, verdict),
    limit: `${limit} ${te(`rule_units.${unit}`) ? t(`rule_units.${unit}`) : unit}`,
  });
}
