/**
 * Moments as they are read off a clock on site: ISO 8601 with the offset of that clock.
 *
 * A date picker knows the browser's time zone only. It is given a `Date` whose local fields are
 * those of the clock on site, and what is picked is read from those fields again.
 */

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
const MINUTE_MS = 60_000;

/** All that are in use, from west to east, in minutes. */
const OFFSETS_MIN = [
  -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 0, 60, 120, 180, 210, 240, 270, 300,
  330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840,
];

const two = (value: number): string => String(value).padStart(2, "0");

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function offsetMinutes(offset: string): number {
  const size = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith("-") ? -size : size;
}

export const OFFSETS: readonly string[] = OFFSETS_MIN.map(offsetText);

/** The offset of a moment as it was stored, such as `+08:00`. */
export function offsetOf(iso: string): string {
  const zone = ISO.exec(iso)?.[7];
  return zone && zone !== "Z" ? zone : "+00:00";
}

/** The browser's own offset at a time: what somebody means who types it without saying more. */
export const ownOffset = (date: Date): string => offsetText(-date.getTimezoneOffset());

/** What the clock on site shows, for a picker. */
export function wallDate(iso: string): Date | null {
  const parts = ISO.exec(iso)?.slice(1, 7).map(Number);
  if (!parts) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  return new Date(year, month - 1, day, hour, minute, second);
}

/** What was picked, as a moment on a clock with this offset. */
export function wallIso(date: Date, offset: string): string {
  const day = [String(date.getFullYear()).padStart(4, "0"), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}${offset}`;
}

/** What a clock with the offset of another moment shows, for the formats of the language. */
export const wallDateLike = (iso: string, other: string): Date | null => wallDate(withOffset(iso, offsetOf(other)));

/** The same moment on a clock with another offset. */
export function withOffset(iso: string, offset: string): string {
  const shifted = new Date(new Date(iso).getTime() + offsetMinutes(offset) * MINUTE_MS);
  return `${shifted.toISOString().slice(0, 19)}${offset}`;
}
