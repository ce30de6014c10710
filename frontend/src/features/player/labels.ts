/** Colours that the colour-blind can tell apart (Okabe and Ito), bright enough to lie over video. */
const KNOWN: Record<string, string> = {
  worker: "#56b4e9",
  person: "#56b4e9",
  vibrator_in: "#00c896",
  vibrator_out: "#e69f00",
  helmet: "#f0e442",
  no_helmet: "#f2703f",
  vest: "#9fd356",
  no_vest: "#e08fbf",
};
const OTHERS = ["#56b4e9", "#e69f00", "#00c896", "#f0e442", "#e08fbf", "#f2703f", "#9fd356", "#c4b5fd"];

export function labelColour(label: string): string {
  const known = KNOWN[label];
  if (known) return known;
  let hash = 0;
  for (const char of label) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return OTHERS[hash % OTHERS.length] ?? "#56b4e9";
}
