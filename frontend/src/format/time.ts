/** Seconds on a video's clock: 01:05.3, or 1:01:05.3 from an hour on. */
export function clock(seconds: number, decimals = 1): string {
  const unit = 10 ** decimals;
  const ticks = Math.round(Math.max(0, seconds) * unit);
  const whole = Math.floor(ticks / unit);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  const fraction = decimals > 0 ? `.${String(ticks % unit).padStart(decimals, "0")}` : "";
  const head = hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}` : String(minutes).padStart(2, "0");
  return `${head}:${rest}${fraction}`;
}

export type DurationUnits = { h: string; min: string; s: string };

/** A span for reading, at most two units: "2 h 5 min", "3 min 20 s", "8 s". */
export function duration(seconds: number, units: DurationUnits): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return minutes > 0 ? `${hours} ${units.h} ${minutes} ${units.min}` : `${hours} ${units.h}`;
  if (minutes > 0) {
    return whole % 60 > 0 && minutes < 10
      ? `${minutes} ${units.min} ${whole % 60} ${units.s}`
      : `${minutes} ${units.min}`;
  }
  return `${whole} ${units.s}`;
}
