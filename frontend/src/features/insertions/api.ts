import type { Draft } from "./draft";
import { api, body } from "@/api/client";
import type { InsertionEdit } from "@/features/inspection/types";

export async function addInsertion(project: number, draft: Draft, reason: string): Promise<InsertionEdit> {
  const { video, start_s, end_s, u_px, v_px } = draft;
  if (start_s === null || end_s === null || u_px === null || v_px === null) throw new Error("the draft is incomplete");
  return body(
    api.POST("/api/v1/projects/{id}/insertions/", {
      params: { path: { id: project } },
      body: { video, start_s, end_s, u_px, v_px, reason },
    }),
  );
}

export async function changeInsertion(
  project: number,
  insertion: number,
  draft: Draft,
  reason: string,
): Promise<InsertionEdit> {
  const { start_s, end_s, u_px, v_px } = draft;
  return body(
    api.PATCH("/api/v1/projects/{id}/insertions/{insertion_id}/", {
      params: { path: { id: project, insertion_id: insertion } },
      body: {
        reason,
        ...(start_s !== null && { start_s }),
        ...(end_s !== null && { end_s }),
        ...(u_px !== null && v_px !== null && { u_px, v_px }),
      },
    }),
  );
}

export async function removeInsertion(project: number, insertion: number, reason: string): Promise<void> {
  await api.DELETE("/api/v1/projects/{id}/insertions/{insertion_id}/", {
    params: { path: { id: project, insertion_id: insertion }, query: { reason } },
  });
}

export const listEdits = (project: number): Promise<InsertionEdit[]> =>
  body(api.GET("/api/v1/projects/{id}/insertion-edits/", { params: { path: { id: project } } }));

export async function takeBackEdit(project: number, edit: number): Promise<void> {
  await api.DELETE("/api/v1/projects/{id}/insertion-edits/{edit_id}/", {
    params: { path: { id: project, edit_id: edit } },
  });
}
