import type { LocationQuery, LocationQueryRaw } from "vue-router";

import type { ProjectStatus } from "@/api/types";

export const PAGE_SIZE = 24;
export const STATUSES: ProjectStatus[] = [
  "not_started",
  "in_progress",
  "completed",
  "failed",
  "cancelled",
];
export const SORTS = ["-created_at", "created_at", "-updated_at", "name", "-name", "status"] as const;
export type Sort = (typeof SORTS)[number];

/** What the project list shows; kept in the address, so that a link or a reload brings it back. */
export interface ListQuery {
  search: string;
  status: ProjectStatus | null;
  isMine: boolean;
  from: string | null;
  to: string | null;
  sort: Sort;
  page: number;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function one(value: LocationQuery[string] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

export function listQueryFrom(query: LocationQuery): ListQuery {
  const page = Number(one(query.page));
  const day = (value: string): string | null => (DAY.test(value) ? value : null);
  return {
    search: one(query.search),
    status: STATUSES.find((status) => status === one(query.status)) ?? null,
    isMine: one(query.mine) === "1",
    from: day(one(query.from)),
    to: day(one(query.to)),
    sort: SORTS.find((sort) => sort === one(query.sort)) ?? "-created_at",
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** Only what differs from the plain list, so that addresses stay short. */
export function listQueryTo(list: ListQuery): LocationQueryRaw {
  return {
    ...(list.search && { search: list.search }),
    ...(list.status && { status: list.status }),
    ...(list.isMine && { mine: "1" }),
    ...(list.from && { from: list.from }),
    ...(list.to && { to: list.to }),
    ...(list.sort !== "-created_at" && { sort: list.sort }),
    ...(list.page > 1 && { page: String(list.page) }),
  };
}

export function isFiltered(list: ListQuery): boolean {
  return Boolean(list.search || list.status || list.isMine || list.from || list.to);
}

/** The reader's day as moments: from its first instant, to before the next day's first. */
export function dayStart(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

export function dayEnd(day: string): string {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}

export function apiQuery(list: ListQuery) {
  return {
    page: list.page,
    page_size: PAGE_SIZE,
    ordering: list.sort,
    ...(list.search && { search: list.search }),
    ...(list.status && { status: list.status }),
    ...(list.isMine && { owner: "me" }),
    ...(list.from && { created_after: dayStart(list.from) }),
    ...(list.to && { created_before: dayEnd(list.to) }),
  };
}
