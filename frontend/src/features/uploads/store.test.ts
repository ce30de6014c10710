import { expect, test } from "vitest";

import { isWorthRetrying } from "./store";

test.each([0, 408, 409, 423, 460, 500, 503])("a chunk that met %i is sent again", (status) => {
  expect(isWorthRetrying(status)).toBe(true);
});

test.each([400, 401, 403, 404, 410, 413, 507])("what was refused with %i stays refused", (status) => {
  expect(isWorthRetrying(status)).toBe(false);
});
