/** On a site whoever is there is a worker; detectors of other makers say person. */
const PERSON_LABELS = ["person", "worker"];

/** What a label is called among other names, as `workers/labels.py` has it; null if it is none of them. */
export function knownAs(label: string, names: readonly string[]): string | null {
  if (names.includes(label)) return label;
  return PERSON_LABELS.includes(label) ? (PERSON_LABELS.find((name) => names.includes(name)) ?? null) : null;
}
