import type { Detector } from "@/api/types";

type Known = Pick<Detector, "name" | "purpose" | "state">;

/** What to propose for a run: the active one for vibration, what was used here last, the shipped ones. */
export function preferredDetector(detectors: readonly Known[], lastUsed: string | null): string | null {
  const active = detectors.find((one) => one.purpose === "vibration" && one.state === "active");
  const wishes = [active?.name, lastUsed, "starter", "hog"];
  const known = new Set(detectors.map((one) => one.name));
  return wishes.find((name): name is string => typeof name === "string" && known.has(name)) ?? detectors[0]?.name ?? null;
}
