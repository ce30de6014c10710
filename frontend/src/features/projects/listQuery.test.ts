import { expect, test } from "vitest";

import { apiQuery, listQueryFrom, listQueryTo } from "./listQuery";

test("an address without a query is the plain list", () => {
  expect(listQueryFrom({})).toEqual({
    search: "",
    status: null,
    isMine: false,
    from: null,
    to: null,
    sort: "-created_at",
    page: 1,
  });
  expect(listQueryTo(listQueryFrom({}))).toEqual({});
});

test("an address and back again is the same", () => {
  const query = { search: "pier", status: "failed", mine: "1", from: "2026-01-01", to: "2026-01-31", sort: "name", page: "3" };
  expect(listQueryTo(listQueryFrom(query))).toEqual(query);
});

test("nonsense in an address is left out", () => {
  const list = listQueryFrom({ status: "odd", sort: "password", page: "-2", from: "yesterday" });
  expect(listQueryTo(list)).toEqual({});
});

test("a range of days ends with the end of its last day", () => {
  const query = apiQuery(listQueryFrom({ from: "2026-03-01", to: "2026-03-01" }));
  const span = Date.parse(query.created_before ?? "") - Date.parse(query.created_after ?? "");
  expect(span).toBe(24 * 3600 * 1000);
});
