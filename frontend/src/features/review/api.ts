import { api, body } from "@/api/client";
import type { Finding, FindingDetail, FindingState, Precision } from "@/features/inspection/types";

const PAGE = 200;

const path = (project: number, finding: number) => ({ id: project, finding_id: finding });

export const getFinding = (project: number, finding: number): Promise<FindingDetail> =>
  body(api.GET("/api/v1/projects/{id}/findings/{finding_id}/", { params: { path: path(project, finding) } }));

export const reviewFinding = (
  project: number,
  finding: Pick<Finding, "id" | "revision">,
  state: FindingState,
  note: string,
): Promise<Finding> =>
  body(
    api.POST("/api/v1/projects/{id}/findings/{finding_id}/review/", {
      params: { path: path(project, finding.id) },
      body: { state, note, revision: finding.revision },
    }),
  );

export async function makeEvidence(project: number, finding: number): Promise<void> {
  await api.POST("/api/v1/projects/{id}/findings/{finding_id}/evidence/", {
    params: { path: path(project, finding) },
  });
}

export const listPrecision = (project: number): Promise<Precision[]> =>
  body(api.GET("/api/v1/projects/{id}/findings/precision/", { params: { path: { id: project } } }));

/** Reviewed findings that a later computation no longer gives. */
export async function listFormerFindings(project: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let page = 1; ; page += 1) {
    const { results, next } = await body(
      api.GET("/api/v1/projects/{id}/findings/", {
        params: { path: { id: project }, query: { current: false, page, page_size: PAGE } },
      }),
    );
    findings.push(...results);
    if (!next) return findings;
  }
}
