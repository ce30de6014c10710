import { expect, test } from "vitest";

import { recordName } from "./person";

test("a record names the account too, for several people may be called the same", () => {
  expect(recordName({ id: 1, username: "wang", display_name: "王工" })).toBe("王工 (wang)");
  expect(recordName({ id: 1, username: "wang", display_name: "wang" })).toBe("wang");
  expect(recordName({ id: 1, username: "wang", display_name: "" })).toBe("wang");
  expect(recordName(null)).toBe("");
});
