import type { Upload } from "@/api/types";

export interface FileFacts {
  name: string;
  size: number;
  lastModified: number;
}

/** What this browser remembers of an upload that it began. */
export interface Remembered {
  uploadUrl: string;
  fingerprint: string;
}

export function fingerprint(project: number, file: FileFacts): string {
  return ["cvd", project, file.size, file.lastModified, file.name].join(":");
}

export function path(url: string): string {
  return new URL(url, "http://localhost").pathname;
}

/**
 * The unfinished upload that a file belongs to. One that this browser began must agree in the time
 * of last change too: a file edited since would otherwise be joined to the bytes of the old one.
 */
export function unfinishedFor(
  project: number,
  file: FileFacts,
  unfinished: readonly Upload[],
  remembered: readonly Remembered[],
): Upload | null {
  const print = fingerprint(project, file);
  const known = new Map(remembered.map((one) => [path(one.uploadUrl), one.fingerprint]));
  const candidates = unfinished.filter(
    (upload) => upload.project === project && upload.size_bytes === file.size,
  );
  return (
    candidates.find((upload) => known.get(path(upload.url)) === print) ??
    candidates.find((upload) => upload.filename === file.name && !known.has(path(upload.url))) ??
    null
  );
}
