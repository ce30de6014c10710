import type { Point } from "@/geometry/types";

/** Lengths in metres on one plane for all cameras, `u` and `v` in pixels of the upright picture. */
export type CalibrationPoint = [u: number, v: number, x_m: number, y_m: number];

export interface Calibration {
  image_size: [number, number];
  points: CalibrationPoint[];
  check_points: CalibrationPoint[];
}

export interface Lift {
  name: string;
  start_s: number;
  calibration: Calibration | null;
}

export interface Camera {
  calibration: Calibration | null;
  lifts: Lift[];
  starts_at: string | null;
  still_seconds: number;
}

export const ZONE_KINDS = ["danger", "post", "crowd"] as const;
export type ZoneKind = (typeof ZONE_KINDS)[number];

export interface Zone {
  name: string;
  kind: ZoneKind;
  polygon: Point[];
}

export type RuleValue = number | boolean | string | null;
export type RuleOverrides = Record<string, Record<string, RuleValue>>;

export interface SiteDocument {
  radius_m: number | null;
  poker: string | null;
  profile: string;
  rules: RuleOverrides;
  pour: Point[] | null;
  openings: Point[][];
  /** Lines; null: the edges of the pour and of its openings. */
  formwork: Point[][] | null;
  zones: Zone[];
  placements: { polygon: Point[]; placed_s: number }[];
  cameras: Record<string, Camera>;
}

export const EMPTY_CAMERA: Camera = { calibration: null, lifts: [], starts_at: null, still_seconds: 0 };

/** The document with every part in its place, however little of it was stored. */
export function normalised(stored: Partial<SiteDocument>): SiteDocument {
  return {
    radius_m: stored.radius_m ?? null,
    poker: stored.poker ?? null,
    profile: stored.profile ?? "CN-GB",
    rules: stored.rules ?? {},
    pour: stored.pour ?? null,
    openings: stored.openings ?? [],
    formwork: stored.formwork ?? null,
    zones: stored.zones ?? [],
    placements: stored.placements ?? [],
    cameras: Object.fromEntries(
      Object.entries(stored.cameras ?? {}).map(([video, camera]) => [video, { ...EMPTY_CAMERA, ...camera }]),
    ),
  };
}

export function cameraOf(site: SiteDocument, video: number): Camera {
  return site.cameras[video] ?? EMPTY_CAMERA;
}

/** The camera to change, made if the video had none yet. */
export function ownCamera(site: SiteDocument, video: number): Camera {
  return (site.cameras[video] ??= structuredClone(EMPTY_CAMERA));
}

/** Which plane is meant: that of all lifts without one of their own (null), or that of a lift. */
export type Plane = number | null;

export function calibrationOf(site: SiteDocument, video: number, plane: Plane): Calibration | null {
  const camera = cameraOf(site, video);
  return plane === null ? camera.calibration : (camera.lifts[plane]?.calibration ?? null);
}

export function setCalibration(site: SiteDocument, video: number, plane: Plane, calibration: Calibration | null): void {
  const camera = ownCamera(site, video);
  if (plane === null) camera.calibration = calibration;
  else if (camera.lifts[plane]) camera.lifts[plane].calibration = calibration;
}

const SHAPE_TOLERANCE = 0.01;

/**
 * The calibration for a picture of another size, as a camera gives that records in several: the pixels are
 * scaled. Null for a picture of another shape, which shows something else.
 */
export function fitted(calibration: Calibration, width: number, height: number): Calibration | null {
  const [ownWidth, ownHeight] = calibration.image_size;
  const [across, down] = [width / ownWidth, height / ownHeight];
  if (Math.abs(across / down - 1) > SHAPE_TOLERANCE) return null;
  const scaled = (points: CalibrationPoint[]): CalibrationPoint[] =>
    points.map(([u, v, x, y]) => [u * across, v * down, x, y]);
  return {
    ...calibration,
    image_size: [width, height],
    points: scaled(calibration.points),
    check_points: scaled(calibration.check_points),
  };
}

export const PARTS = ["cameras", "pour", "openings", "formwork", "zones", "poker", "rules", "placements"] as const;
export type Part = (typeof PARTS)[number];

const partOf = (site: SiteDocument, part: Part): unknown => {
  if (part === "poker") return [site.radius_m, site.poker];
  if (part === "rules") return [site.profile, site.rules];
  return site[part];
};

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Which parts of the set-up two documents do not agree on. */
export function differingParts(one: SiteDocument, other: SiteDocument): Part[] {
  return PARTS.filter((part) => !isSame(partOf(one, part), partOf(other, part)));
}

/** What is stored: a camera about which nothing is known is left out. */
export function stripped(site: SiteDocument): SiteDocument {
  const cameras = Object.entries(site.cameras).filter(([, camera]) => !isSame({ ...EMPTY_CAMERA, ...camera }, EMPTY_CAMERA));
  return { ...site, cameras: Object.fromEntries(cameras) };
}
