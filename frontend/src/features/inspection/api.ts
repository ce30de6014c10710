import { api, body } from "@/api/client";
import type { Finding, Inspection, Insertion } from "./types";

interface Page<T> {
  next: string | null;
  results: T[];
}

/** These paths are typed by the types beside this file until the generated schema names them. */
const get = <T>(path: string): Promise<T> => body((api.GET as (path: string) => Promise<{ data?: T }>)(path));

const PAGE = 200;

export const getInspection = (project: number): Promise<Inspection> => get(`/api/v1/projects/${project}/inspection/`);

export const listInsertions = (project: number): Promise<Insertion[]> =>
  get(`/api/v1/projects/${project}/insertions/`);

/** All findings that the newest computation gives. */
export async function listFindings(project: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let page = 1; ; page += 1) {
    const { results, next } = await get<Page<Finding>>(
      `/api/v1/projects/${project}/findings/?page=${page}&page_size=${PAGE}`,
    );
    findings.push(...results);
    if (!next) return findings;
  }
}
