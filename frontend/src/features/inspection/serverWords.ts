import { i18n } from "@/i18n";

/** Sentences of the analysis that have no code of their own, by what is the same in each of them. */
const KNOWN: readonly [RegExp, string][] = [
  [/^it is switched off$/, "off"],
  [/^it needs lengths on the ground/, "no_calibration"],
  [/^the camera was moved, or saw too little/, "camera_moved"],
  [/^the detector found no vibrator_in at all$/, "no_pokers"],
  [/^the pour goes on$/, "goes_on"],
  [/^there is no coverage|^no coverage|no pour/, "no_coverage"],
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
];

/** A sentence of the analysis in the reader's language; what is not known is shown as it came. */
export function serverWords(text: string): string {
  const { t } = i18n.global;
  const key = KNOWN.find(([pattern]) => pattern.test(text))?.[1];
  return key ? t(`server.${key}`) : text;
}
