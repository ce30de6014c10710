/** A filled step line over equal bins: `0,height` is the floor, `most` the full height. */
export function stepPath(values: readonly number[], most: number, height: number): string {
  if (most <= 0) return "";
  const parts: string[] = [];
  let previous = 0;
  values.forEach((value, index) => {
    if (value !== previous) {
      const y = height - (Math.min(value, most) / most) * height;
      parts.push(previous === 0 ? `M${index} ${height}V${y}` : value === 0 ? `H${index}V${height}` : `H${index}V${y}`);
      previous = value;
    }
  });
  if (previous !== 0) parts.push(`H${values.length}V${height}`);
  return parts.join("");
}

/** Stretches of bins in which something was analysed, half-open, as shares of the whole. */
export function stretches(analysed: readonly number[], bridge = 0): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  const share = 1 / Math.max(1, analysed.length);
  analysed.forEach((count, index) => {
    if (count === 0) return;
    const last = found.at(-1);
    if (last && (index - bridge) * share <= last.to + 1e-9) last.to = (index + 1) * share;
    else found.push({ from: index * share, to: (index + 1) * share });
  });
  return found;
}

const STEPS_SECONDS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** Round times for the axis between two moments: about `most` of them. */
export function ticks(toSeconds: number, most: number, fromSeconds = 0): number[] {
  const span = toSeconds - fromSeconds;
  const step = STEPS_SECONDS.find((one) => span / one <= most) ?? Math.ceil(span / most / 3600) * 3600;
  if (step <= 0 || !Number.isFinite(step)) return [];
  const first = Math.ceil(fromSeconds / step - 1e-9);
  const last = Math.floor(toSeconds / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}
