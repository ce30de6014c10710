import { afterEach, expect, test, vi } from "vitest";

import { usePeopleSearch } from "./usePeopleSearch";

afterEach(() => vi.unstubAllGlobals());

test("the people of the last words are shown, whichever answer comes last", async () => {
  const answers = new Map<string, (answer: Response) => void>();
  const fetch = ({ url }: Request) => new Promise((resolve) => answers.set(new URL(url).searchParams.get("q") ?? "", resolve));
  vi.stubGlobal("fetch", fetch);
  const { people, isSearching, search } = usePeopleSearch();
  search("a");
  search("ad");
  await vi.waitUntil(() => answers.size === 2);
  answers.get("ad")?.(Response.json([{ id: 2 }]));
  await vi.waitUntil(() => !isSearching.value);
  answers.get("a")?.(Response.json([{ id: 1 }, { id: 2 }]));
  await new Promise((done) => setTimeout(done));
  expect(people.value).toEqual([{ id: 2 }]);
});
