import createClient, { type Middleware } from "openapi-fetch";

import { ApiError, apiErrorFrom, NETWORK } from "./errors";
import type { paths } from "./schema";

type Listener = () => void;

/** Told about what concerns the whole page: the session ended, the server went away or came back. */
export const apiEvents: { unauthorized: Listener; unreachable: Listener; reachable: Listener } = {
  unauthorized: () => {},
  unreachable: () => {},
  reachable: () => {},
};

export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const LOGIN_PATH = "/api/v1/auth/login/";

const conventions: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", document.documentElement.lang);
    if (!SAFE_METHODS.has(request.method)) request.headers.set("X-CSRFToken", csrfToken());
    return request;
  },
  async onResponse({ response, schemaPath }) {
    apiEvents.reachable();
    if (response.ok) return;
    if (response.status === 401 && schemaPath !== LOGIN_PATH) apiEvents.unauthorized();
    const body: unknown = await response.json().catch(() => null);
    throw apiErrorFrom(response.status, body, response.headers.get("Retry-After"));
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    apiEvents.unreachable();
    return new ApiError(0, NETWORK, String(error));
  },
};

export const api = createClient<paths>({
  credentials: "same-origin",
  // Looked up at each call, so that tests may put their own in place.
  fetch: (request) => globalThis.fetch(request),
});
api.use(conventions);

/** The body of an answer that has one; refusals were thrown before. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
