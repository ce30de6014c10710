import type { SiteDocument } from "./document";
import { crossingEdges, isInside, pathLength, polygonArea } from "@/geometry/polygon";
import type { Point } from "@/geometry/types";

export const SHAPE_KINDS = ["pour", "opening", "formwork", "zone", "placement"] as const;
export type ShapeKind = (typeof SHAPE_KINDS)[number];

/** Which shape of the site is meant. There is one pour, so its index is always 0. */
export interface ShapeRef {
  kind: ShapeKind;
  index: number;
}

export interface Shape extends ShapeRef {
  points: Point[];
  isClosed: boolean;
  /** The zone's; empty for others. */
  name: string;
}

export const fewestPoints = (kind: ShapeKind): number => (kind === "formwork" ? 2 : 3);

export const isSameShape = (one: ShapeRef | null, other: ShapeRef | null): boolean =>
  one?.kind === other?.kind && one?.index === other?.index;

function listOf(site: SiteDocument, kind: ShapeKind): Point[][] {
  if (kind === "pour") return site.pour ? [site.pour] : [];
  if (kind === "opening") return site.openings;
  if (kind === "formwork") return site.formwork ?? [];
  if (kind === "zone") return site.zones.map((zone) => zone.polygon);
  return site.placements.map((placement) => placement.polygon);
}

export function shapesOf(site: SiteDocument): Shape[] {
  return SHAPE_KINDS.flatMap((kind) =>
    listOf(site, kind).map((points, index) => ({
      kind,
      index,
      points,
      isClosed: kind !== "formwork",
      name: kind === "zone" ? (site.zones[index]?.name ?? "") : "",
    })),
  );
}

export function pointsOf(site: SiteDocument, ref: ShapeRef): Point[] {
  return listOf(site, ref.kind)[ref.index] ?? [];
}

export function setPoints(site: SiteDocument, { kind, index }: ShapeRef, points: Point[]): void {
  if (kind === "pour") site.pour = points;
  else if (kind === "opening") site.openings[index] = points;
  else if (kind === "formwork") (site.formwork ??= [])[index] = points;
  else if (kind === "zone" && site.zones[index]) site.zones[index].polygon = points;
  else if (kind === "placement" && site.placements[index]) site.placements[index].polygon = points;
}

/** What a new shape is called, if it is a zone, and when its concrete was placed, if that is what it tells. */
export interface Beginning {
  zoneName: string;
  placedS: number;
}

/** Adds a drawn shape and tells where it went; a second pour replaces the first. */
export function addShape(site: SiteDocument, kind: ShapeKind, points: Point[], { zoneName, placedS }: Beginning): ShapeRef {
  const index = kind === "pour" ? 0 : listOf(site, kind).length;
  if (kind === "zone") site.zones.push({ name: zoneName, kind: "danger", polygon: points });
  else if (kind === "placement") site.placements.push({ polygon: points, placed_s: placedS });
  else setPoints(site, { kind, index }, points);
  return { kind, index };
}

export function removeShape(site: SiteDocument, { kind, index }: ShapeRef): void {
  if (kind === "pour") site.pour = null;
  else if (kind === "opening") site.openings.splice(index, 1);
  else if (kind === "zone") site.zones.splice(index, 1);
  else if (kind === "placement") site.placements.splice(index, 1);
  else {
    site.formwork?.splice(index, 1);
    if (site.formwork?.length === 0) site.formwork = null;
  }
}

export const SHAPE_PROBLEMS = ["crosses", "no_area", "outside_pour"] as const;
export type ShapeProblem = (typeof SHAPE_PROBLEMS)[number];

const LEAST_AREA_M2 = 1e-4;

/** What the server would refuse, seen at once. */
export function shapeProblem(site: SiteDocument, shape: Shape): ShapeProblem | null {
  if (!shape.isClosed) return pathLength(shape.points) > 0 ? null : "no_area";
  if (crossingEdges(shape.points).size > 0) return "crosses";
  if (polygonArea(shape.points) < LEAST_AREA_M2) return "no_area";
  if (shape.kind !== "opening") return null;
  const pour = site.pour ?? [];
  const isWithin = shape.points.every((corner) => isInside(pour, towardsMiddle(shape.points, corner)));
  return isWithin ? null : "outside_pour";
}

/** A corner drawn in by a hair, so that an opening may lie along the edge of the pour. */
function towardsMiddle(points: readonly Point[], [x, y]: Point): Point {
  const middle = points.reduce(([sumX, sumY], [px, py]) => [sumX + px / points.length, sumY + py / points.length], [0, 0]);
  return [x + (middle[0] - x) * 1e-6, y + (middle[1] - y) * 1e-6];
}
