import { api, body } from "@/api/client";
import type { components } from "@/api/schema";
import type { PersonBrief } from "@/api/types";
import type { Matrix3, Point } from "@/geometry/types";
import type { Calibration, RuleValue, SiteDocument } from "./document";

type Schemas = components["schemas"];

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
  source_zh: string;
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

// The schema knows lists of numbers where this folder speaks of points: the answers are taken at its word.
const of = (id: number) => ({ params: { path: { id } } });

export async function getSite(project: number): Promise<SiteVersion> {
  return (await body(api.GET("/api/v1/projects/{id}/site/", of(project)))) as SiteVersion;
}

export async function putSite(
  project: number,
  { site, ...rest }: { based_on: number; site: SiteDocument; note: string },
): Promise<SiteVersion> {
  const answer = api.PUT("/api/v1/projects/{id}/site/", {
    ...of(project),
    body: { ...rest, site: site as unknown as Schemas["SiteDocument"] },
  });
  return (await body(answer)) as SiteVersion;
}

/** The newest ones; nobody goes through more than two hundred. */
export async function listVersions(project: number): Promise<SiteVersionBrief[]> {
  const params = { ...of(project).params, query: { page_size: 200 } };
  return (await body(api.GET("/api/v1/projects/{id}/site/versions/", { params }))).results;
}

export async function getVersion(project: number, version: number): Promise<SiteVersion> {
  const params = { path: { id: project, version } };
  return (await body(api.GET("/api/v1/projects/{id}/site/versions/{version}/", { params }))) as SiteVersion;
}

export async function checkCalibration(
  calibration: Calibration,
  radius_m: number | null,
  signal?: AbortSignal,
): Promise<CheckedCalibration> {
  const answer = api.POST("/api/v1/calibrations/check/", { body: { ...calibration, radius_m }, signal });
  return (await body(answer)) as unknown as CheckedCalibration;
}

export async function getRules(): Promise<RuleBook> {
  return (await body(api.GET("/api/v1/rules/"))) as RuleBook;
}

export const stillUrl = (video: number, seconds: number): string =>
  `/api/v1/videos/${video}/still/?seconds=${Math.max(0, seconds).toFixed(3)}`;
