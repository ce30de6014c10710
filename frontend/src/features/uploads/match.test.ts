import { expect, test } from "vitest";

import { fingerprint, unfinishedFor } from "./match";
import type { Upload } from "@/api/types";

const file = { name: "pour.mp4", size: 1000, lastModified: 5 };
const upload = (id: string, facts: Partial<Upload> = {}) =>
  ({ id, project: 1, filename: "pour.mp4", size_bytes: 1000, url: `/api/v1/uploads/${id}/`, ...facts }) as Upload;
const begunHere = (id: string, print: string) => ({
  uploadUrl: `http://127.0.0.1:8000/api/v1/uploads/${id}/`,
  fingerprint: print,
});

test("the upload that this browser began with the same file goes on", () => {
  const found = unfinishedFor(1, file, [upload("a"), upload("b")], [begunHere("b", fingerprint(1, file))]);
  expect(found?.id).toBe("b");
});

test("an upload begun elsewhere goes on when name and size agree", () => {
  expect(unfinishedFor(1, file, [upload("a")], [])?.id).toBe("a");
});

test("a file that was changed since is not joined to the bytes of the old one", () => {
  const older = fingerprint(1, { ...file, lastModified: 4 });
  expect(unfinishedFor(1, file, [upload("a")], [begunHere("a", older)])).toBeNull();
});

test("another size, name or project is another upload", () => {
  expect(unfinishedFor(1, file, [upload("a", { size_bytes: 999 })], [])).toBeNull();
  expect(unfinishedFor(1, file, [upload("a", { filename: "other.mp4" })], [])).toBeNull();
  expect(unfinishedFor(2, file, [upload("a")], [])).toBeNull();
});
