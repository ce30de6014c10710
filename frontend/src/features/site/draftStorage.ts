import type { SiteDocument } from "./document";

/** What somebody typed and did not save yet, and on which version it builds. */
export interface StoredDraft {
  based_on: number;
  site: SiteDocument;
  note: string;
}

/** A browser may be shared: nobody gets to see, and to save, what another person typed. */
const key = (user: number, project: number): string => `cvd.site.${user}.${project}`;

function isDraft(value: unknown): value is StoredDraft {
  if (value === null || typeof value !== "object") return false;
  const { based_on: basedOn, site, note } = value as Partial<StoredDraft>;
  return typeof basedOn === "number" && typeof note === "string" && typeof site === "object" && site !== null;
}

export function readDraft(user: number, project: number): StoredDraft | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(user, project)) ?? "null");
    return isDraft(value) ? value : null;
  } catch {
    return null; // not ours, or cut off
  }
}

/** False where the browser keeps nothing: a private window, or a full store. */
export function writeDraft(user: number, project: number, draft: StoredDraft | null): boolean {
  try {
    if (draft) localStorage.setItem(key(user, project), JSON.stringify(draft));
    else localStorage.removeItem(key(user, project));
    return true;
  } catch {
    return false;
  }
}
