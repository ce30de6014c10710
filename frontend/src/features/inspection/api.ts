import { api, body } from "@/api/client";
import type { Finding, Inspection, Insertion, TrackSpan } from "./types";

const PAGE = 200;

export const getInspection = (id: number): Promise<Inspection> =>
  body(api.GET("/api/v1/projects/{id}/inspection/", { params: { path: { id } } }));

export const listInsertions = (id: number): Promise<Insertion[]> =>
  body(api.GET("/api/v1/projects/{id}/insertions/", { params: { path: { id } } }));

export const listTracks = (video: number): Promise<TrackSpan[]> =>
  body(api.GET("/api/v1/videos/{id}/tracks/", { params: { path: { id: video } } }));

/** All findings that the newest computation gives. */
export async function listFindings(id: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let page = 1; ; page += 1) {
    const query = { page, page_size: PAGE };
    const { results, next } = await body(api.GET("/api/v1/projects/{id}/findings/", { params: { path: { id }, query } }));
    findings.push(...results);
    if (!next) return findings;
  }
}
