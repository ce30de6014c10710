import { api, body } from "@/api/client";
import type { PersonBrief } from "@/api/types";
import type { Matrix3, Point } from "@/geometry/types";
import type { Calibration, RuleValue, SiteDocument } from "./document";

export interface SiteVersionBrief {
  version: number;
  sha256: string;
  note: string;
  created_by: PersonBrief | null;
  created_at: string | null;
}

export interface Problem {
  code: string;
  message: string;
  where: string;
}

export interface SiteVersion extends SiteVersionBrief {
  site: Partial<SiteDocument>;
  problems: Problem[];
}

export type Grade = "green" | "amber" | "refused";

export interface Quality {
  grade: Grade;
  reasons: string[];
  residuals_px: number[];
  residuals_m: number[];
  rmse_px: number;
  rmse_m: number;
  max_m: number;
  leave_one_out_m: (number | null)[] | null;
  leave_one_out_rmse_m: number | null;
  check_m: number[];
  check_rmse_m: number | null;
}

export interface CheckedCalibration {
  quality: Quality;
  to_ground: Matrix3;
  to_image: Matrix3;
  is_mirrored: boolean;
  metric_mask: Point[][];
}

export interface RuleFacts {
  id: string;
  name_en: string;
  name_zh: string;
  severity: string;
  basis: string;
  source: string;
  trust: string;
  parameters: Record<string, RuleValue>;
  is_metric: boolean;
  is_on: boolean;
}

export interface RuleBook {
  profiles: Record<string, { rules: Record<string, Record<string, RuleValue>> }>;
  rules: RuleFacts[];
  pokers: { name: string; radius_m: number }[];
}

type Untyped = (path: string, init?: object) => Promise<{ data?: unknown }>;
/** These paths are typed by the types in this file until the generated schema names them. */
const call = <T>(method: "GET" | "POST" | "PUT", path: string, init: object = {}): Promise<T> =>
  body((api[method] as Untyped)(path, init) as Promise<{ data?: T }>);

export const getSite = (project: number): Promise<SiteVersion> => call("GET", `/api/v1/projects/${project}/site/`);

export const putSite = (
  project: number,
  site: { based_on: number; site: SiteDocument; note: string },
): Promise<SiteVersion> => call("PUT", `/api/v1/projects/${project}/site/`, { body: site });

export const listVersions = (project: number): Promise<SiteVersionBrief[]> =>
  call("GET", `/api/v1/projects/${project}/site/versions/`);

export const getVersion = (project: number, version: number): Promise<SiteVersion> =>
  call("GET", `/api/v1/projects/${project}/site/versions/${version}/`);

export const checkCalibration = (
  calibration: Calibration,
  radiusM: number | null,
  signal?: AbortSignal,
): Promise<CheckedCalibration> =>
  call("POST", "/api/v1/calibrations/check/", {
    body: { ...calibration, ...(radiusM !== null && { radius_m: radiusM }) },
    signal,
  });

export const getRules = (): Promise<RuleBook> => call("GET", "/api/v1/rules/");

export const stillUrl = (video: number, seconds: number): string =>
  `/api/v1/videos/${video}/still/?seconds=${Math.max(0, seconds).toFixed(3)}`;
