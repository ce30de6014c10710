import { CELL_CLASSES, type CellClass, type PlanMap } from "./maps";
import { NOT_YET } from "./reach";
import { project } from "@/geometry/homography";
import type { Matrix3, Point } from "@/geometry/types";

type Rgb = readonly [number, number, number];

/** Safe for the colour-blind; a pattern goes with each, for colour is never the only carrier. */
export const CLASS_COLOURS: Record<Exclude<CellClass, "outside">, string> = {
  missed: "#D55E00",
  short: "#E69F00",
  good: "#009E73",
  over: "#CC79A7",
  unobservable: "#9AA09D",
};

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
const COLOURS: (Rgb | null)[] = [
  ...CELL_CLASSES.map((name) => (name === "outside" ? null : rgb(CLASS_COLOURS[name]))),
  [214, 220, 217], // not yet
];

/** Whether the pattern of a class darkens a dot; `column` and `row` count dots, not metres. */
const PATTERNS: ((column: number, row: number) => boolean)[] = [
  () => false,
  (column, row) => (column + row) % 6 === 0 || (column - row + 600_000) % 6 === 0, // missed: crosses
  (_column, row) => row % 4 === 0, // short: lying lines
  () => false, // good: plain
  (column) => column % 4 === 0, // over: standing lines
  (column, row) => (column + row) % 5 < 2, // could not be seen: hatching
  () => false,
];

const DARKER = 0.72;

function classColour(code: number, column: number, row: number): Rgb | null {
  const colour = COLOURS[code];
  if (!colour) return null;
  return PATTERNS[code]?.(column, row) ? (colour.map((part) => Math.round(part * DARKER)) as unknown as Rgb) : colour;
}

/** From pale to dark in equal steps, as on the plans that are printed (`workers/plan/colours.py`). */
export const DOSE_COLOURS = [
  "#E8F3FB", "#C3DFF2", "#94C5E5", "#5FA5D3", "#3A84BD", "#22639F", "#12447A", "#082850",
] as const;
const DOSE_STEPS = DOSE_COLOURS.map(rgb);

/** The colour of a dose, as a share of where the scale ends; what was not reached stays blank. */
export function doseColour(share: number): Rgb | null {
  if (share <= 0) return null;
  return DOSE_STEPS[Math.min(DOSE_STEPS.length - 1, Math.floor(share * DOSE_STEPS.length))] ?? null;
}

export type Layer = "category" | "dose";

/** What gives a cell its colour: its class, or how long it was vibrated. */
export function cellPainter(scale_s: number, classes: Uint8Array, doses: Float32Array, layer: Layer) {
  return (cell: number, column: number, row: number): Rgb | null => {
    const code = classes[cell] ?? 0;
    const dose = doses[cell] ?? 0;
    const isNotYet = code === NOT_YET && dose === 0;
    if (layer === "category" || isNotYet || CELL_CLASSES[code] === "unobservable") return classColour(code, column, row);
    return code === 0 ? null : doseColour(dose / scale_s);
  };
}

export type CellPainter = ReturnType<typeof cellPainter>;

function setDot(data: Uint8ClampedArray, dot: number, colour: Rgb, alpha: number): void {
  data[dot * 4] = colour[0];
  data[dot * 4 + 1] = colour[1];
  data[dot * 4 + 2] = colour[2];
  data[dot * 4 + 3] = alpha;
}

function dataUrl(width: number, height: number, colourAt: (column: number, row: number) => Rgb | null): string {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return "";
  const picture = context.createImageData(width, height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const colour = colourAt(column, row);
      if (colour) setDot(picture.data, row * width + column, colour, 255);
    }
  }
  context.putImageData(picture, 0, 0);
  return canvas.toDataURL();
}

/** The map as a picture of one dot a cell, with y up. */
export function mapPicture(map: PlanMap, paint: CellPainter): string {
  return dataUrl(map.columns, map.rows, (column, row) => paint((map.rows - 1 - row) * map.columns + column, column, row));
}

/** A sample of a class for the legend, with its pattern. */
export function swatch(name: CellClass | "not_yet"): string {
  const code = name === "not_yet" ? NOT_YET : CELL_CLASSES.indexOf(name);
  return dataUrl(18, 12, (column, row) => classColour(code, column, row));
}

const OVERLAY_ALPHA = 0.4;

/** Where the ground is in a picture, and which of it may be painted. */
export interface Ground {
  toGround: Matrix3;
  /** How far the picture has moved from the calibrated one. */
  shift_px: Readonly<Point>;
  /** Cells whose middle lies in the pour belong to it: their other half may stick out. */
  isInPour: (place: Point) => boolean;
}

/** Paints the map over a camera's picture: each dot of the canvas asks which cell it looks at. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  picture: { width: number; height: number },
  map: PlanMap,
  paint: CellPainter,
  { toGround, shift_px: [dx_px, dy_px], isInPour }: Ground,
): void {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [u, v] = [((column + 0.5) / width) * picture.width, ((row + 0.5) / height) * picture.height];
      const place = project(toGround, [u - dx_px, v - dy_px]);
      if (!place) continue;
      const x = Math.floor((place[0] - map.origin[0]) / map.cell_m);
      const y = Math.floor((place[1] - map.origin[1]) / map.cell_m);
      if (x < 0 || y < 0 || x >= map.columns || y >= map.rows) continue;
      const colour = paint(y * map.columns + x, x, map.rows - 1 - y);
      if (colour && isInPour(place)) setDot(image.data, row * width + column, colour, 255 * OVERLAY_ALPHA);
    }
  }
  context.putImageData(image, 0, 0);
}
