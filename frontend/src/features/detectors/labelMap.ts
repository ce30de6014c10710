/** The labels of the domain, which rules and plans understand. */
export const DOMAIN_LABELS = ["worker", "vibrator_in", "vibrator_out", "helmet", "no_helmet", "vest", "no_vest"];

/** What other detectors call the same things. */
const ALIASES: Record<string, string> = {
  person: "worker",
  people: "worker",
  pedestrian: "worker",
  human: "worker",
  hardhat: "helmet",
  hard_hat: "helmet",
  safety_helmet: "helmet",
  no_hardhat: "no_helmet",
  head: "no_helmet",
  safety_vest: "vest",
  reflective_vest: "vest",
  no_safety_vest: "no_vest",
};

const plain = (label: string): string => label.trim().toLowerCase().replace(/[\s-]+/g, "_");

/** Names of the domain for the classes whose meaning is plain; others keep theirs. */
export function suggestLabels(classes: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    classes.flatMap((label) => {
      const name = plain(label);
      const domain = DOMAIN_LABELS.includes(name) ? name : ALIASES[name];
      return domain && domain !== label ? [[label, domain]] : [];
    }),
  );
}

/** Only what really gets another name. */
export function cleanLabels(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map)
      .map(([label, name]) => [label, name.trim()] as const)
      .filter(([label, name]) => name !== "" && name !== label),
  );
}
