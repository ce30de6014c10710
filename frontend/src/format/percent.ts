/** How far something is, in whole percent: 100 only at the end. */
export function percentDone(fraction: number): number {
  // 0.58 * 100 is 57.99999999999999.
  return Math.floor(Number((fraction * 100).toPrecision(14)));
}
