/** What the API, or the way to it, refused. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

/** The server was not reached at all. */
export const NETWORK = "network";

function asMessages(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(asMessages);
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(asMessages);
  return [];
}

/** Builds the error from the API's one error shape, or from less when a proxy answered instead. */
export function apiErrorFrom(status: number, body: unknown, retryAfter: string | null): ApiError {
  const shape = (body !== null && typeof body === "object" ? body : {}) as Record<string, unknown>;
  const fields = Object.fromEntries(
    Object.entries((shape.fields as object | undefined) ?? {}).map(([name, value]) => [
      name,
      asMessages(value),
    ]),
  );
  const seconds = Number(retryAfter);
  return new ApiError(
    status,
    typeof shape.code === "string" ? shape.code : `http_${status}`,
    typeof shape.message === "string" ? shape.message : "",
    fields,
    retryAfter !== null && Number.isFinite(seconds) ? seconds : null,
  );
}
