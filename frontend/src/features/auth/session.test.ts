import { createPinia, setActivePinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";

import { useSession } from "./session";
import type { Me } from "@/api/types";

afterEach(() => vi.unstubAllGlobals());

test("that a session has ended is known until the next login, however many calls were refused", async () => {
  setActivePinia(createPinia());
  const session = useSession();
  session.me = { id: 1 } as Me;
  session.expire();
  session.expire();
  expect(session.hasExpired).toBe(true);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ id: 1 })));
  await session.login("ada", "secret");
  expect(session.hasExpired).toBe(false);
});
