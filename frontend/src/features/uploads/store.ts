import { defineStore } from "pinia";
import * as tus from "tus-js-client";
import { computed, ref } from "vue";

import { fingerprint, path, unfinishedFor } from "./match";
import { SpeedMeter } from "./speed";
import { api, apiEvents, body, csrfToken } from "@/api/client";
import { ApiError, apiErrorFrom, NETWORK } from "@/api/errors";
import type { Upload } from "@/api/types";

export type UploadState = "waiting" | "uploading" | "paused" | "failed" | "done";

export interface UploadItem {
  key: number;
  project: number;
  filename: string;
  size: number;
  sent: number;
  state: UploadState;
  bytesPerSecond: number | null;
  error: unknown;
}

interface Machinery {
  file: File;
  upload: tus.Upload | null;
  meter: SpeedMeter;
}

const ENDPOINT = "/api/v1/uploads/";
// The server keeps what has come of a chunk that was cut, so that large ones cost nothing; the limits of
// proxies in between, often 100 MB, are what keeps them finite.
const CHUNK_BYTES = 64 * 2 ** 20;
const AT_ONCE = 2;
const RETRY_DELAYS_MS = [1_000, 3_000, 5_000, 10_000, 20_000];

const terminateOptions: tus.UploadOptions = {
  endpoint: ENDPOINT,
  retryDelays: RETRY_DELAYS_MS,
  onBeforeRequest: (request) => {
    request.setHeader("X-CSRFToken", csrfToken());
  },
};

export function isWorthRetrying(status: number): boolean {
  // 408: the connection was silent for a while; 409 and 423: a request of ours was cut off and the
  // server has not noticed its end yet; 460: a chunk was damaged on the way. A full disk (507) does
  // not empty itself in seconds.
  return [0, 408, 409, 423, 460].includes(status) || (status >= 500 && status !== 507);
}

/** The uploads that this browser began and did not finish. */
async function rememberedUploads() {
  const all = await tus.defaultOptions.urlStorage.findAllUploads();
  return all.flatMap((previous) =>
    previous.uploadUrl === null
      ? []
      : [
          {
            previous,
            uploadUrl: previous.uploadUrl,
            // the key is tus::FINGERPRINT::NUMBER
            fingerprint: previous.urlStorageKey.slice(5, previous.urlStorageKey.lastIndexOf("::")),
          },
        ],
  );
}

function asApiError(error: Error): ApiError {
  const response = "originalResponse" in error ? (error as tus.DetailedError).originalResponse : null;
  if (!response) return new ApiError(0, NETWORK, error.message);
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(response.getBody());
  } catch {
    // not the API's answer but something before it: the status is all there is
  }
  return apiErrorFrom(response.getStatus(), parsed, response.getHeader("Retry-After") ?? null);
}

/** Uploads of this browser tab: they go on while the user looks at other pages. */
export const useUploads = defineStore("uploads", () => {
  const items = ref<UploadItem[]>([]);
  const machinery = new Map<number, Machinery>();
  let nextKey = 1;

  const open = computed(() => items.value.filter((item) => item.state !== "done"));
  const isBusy = computed(() => items.value.some((item) => item.state === "uploading"));

  const find = (key: number) => items.value.find((item) => item.key === key);
  const ofProject = (project: number) => items.value.filter((item) => item.project === project);

  function startWaiting(): void {
    for (const item of items.value) {
      if (items.value.filter((one) => one.state === "uploading").length >= AT_ONCE) return;
      if (item.state === "waiting") void start(item);
    }
  }

  /** Lets the upload go on where an earlier one of the same file stopped, if there is one. */
  async function joinEarlier(item: UploadItem, { file, upload }: Machinery): Promise<void> {
    const unfinished = await body(
      api.GET("/api/v1/uploads/", { params: { query: { project: item.project, page_size: 200 } } }),
    );
    const remembered = await rememberedUploads();
    const earlier = unfinishedFor(item.project, file, unfinished.results, remembered);
    if (!earlier) return;
    const own = remembered.find((one) => path(one.uploadUrl) === path(earlier.url));
    if (own) upload?.resumeFromPreviousUpload(own.previous);
    else if (upload) upload.options.uploadUrl = earlier.url;
  }

  async function start(item: UploadItem): Promise<void> {
    const machine = machinery.get(item.key);
    if (!machine) return;
    item.state = "uploading";
    item.error = null;
    machine.meter.reset();
    try {
      if (!machine.upload) {
        machine.upload = makeUpload(item, machine);
        await joinEarlier(item, machine);
        if (find(item.key)?.state !== "uploading") return; // paused or removed meanwhile
      }
      machine.upload.start();
    } catch (error) {
      machine.upload = null;
      fail(item, error);
    }
  }

  function makeUpload(item: UploadItem, machine: Machinery): tus.Upload {
    const print = fingerprint(item.project, machine.file);
    return new tus.Upload(machine.file, {
      endpoint: ENDPOINT,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_DELAYS_MS,
      metadata: { filename: item.filename, project: String(item.project) },
      fingerprint: () => Promise.resolve(print),
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request) => {
        request.setHeader("X-CSRFToken", csrfToken());
      },
      onShouldRetry: (error) => isWorthRetrying(error.originalResponse?.getStatus() ?? 0),
      onProgress: (sent) => {
        item.sent = sent;
        machine.meter.add(performance.now(), sent);
        item.bytesPerSecond = machine.meter.bytesPerSecond;
      },
      onSuccess: () => {
        item.state = "done";
        item.sent = item.size;
        machinery.delete(item.key);
        startWaiting();
      },
      onError: (error) => fail(item, asApiError(error)),
    });
  }

  function fail(item: UploadItem, error: unknown): void {
    item.state = "failed";
    item.error = error;
    if (error instanceof ApiError && error.status === 401) apiEvents.unauthorized();
    const machine = machinery.get(item.key);
    // gone on the server: the next try begins a new one
    if (machine && error instanceof ApiError && [404, 410].includes(error.status)) machine.upload = null;
    startWaiting();
  }

  function add(project: number, files: readonly File[]): void {
    for (const file of files) {
      const isListed = items.value.some(
        (item) =>
          item.state !== "done" &&
          item.project === project &&
          item.filename === file.name &&
          item.size === file.size,
      );
      if (isListed) continue;
      const key = nextKey++;
      items.value.push({
        key,
        project,
        filename: file.name,
        size: file.size,
        sent: 0,
        state: "waiting",
        bytesPerSecond: null,
        error: null,
      });
      machinery.set(key, { file, upload: null, meter: new SpeedMeter() });
    }
    startWaiting();
  }

  function pause(key: number): void {
    const item = find(key);
    if (!item || (item.state !== "uploading" && item.state !== "waiting")) return;
    item.state = "paused";
    item.bytesPerSecond = null;
    void machinery.get(key)?.upload?.abort();
    startWaiting();
  }

  function resume(key: number): void {
    const item = find(key);
    if (!item || (item.state !== "paused" && item.state !== "failed")) return;
    item.state = "waiting";
    startWaiting();
  }

  /** Takes it off the list and off the server. */
  async function remove(key: number): Promise<void> {
    const machine = machinery.get(key);
    items.value = items.value.filter((item) => item.key !== key);
    machinery.delete(key);
    startWaiting();
    if (!machine?.upload) return;
    await machine.upload.abort();
    if (machine.upload.url) await tus.Upload.terminate(machine.upload.url, terminateOptions).catch(() => {});
  }

  /** Gives an unfinished upload of an earlier visit up. */
  async function discard(upload: Upload): Promise<void> {
    await tus.Upload.terminate(upload.url, terminateOptions);
    for (const one of await rememberedUploads()) {
      if (path(one.uploadUrl) === path(upload.url)) {
        await tus.defaultOptions.urlStorage.removeUpload(one.previous.urlStorageKey);
      }
    }
  }

  /** For the end of a session: what is unfinished stays on the server and can be taken up again. */
  function clear(): void {
    for (const item of items.value) pause(item.key);
    items.value = [];
    machinery.clear();
  }

  function forgetDone(project: number): void {
    items.value = items.value.filter((item) => item.project !== project || item.state !== "done");
  }

  window.addEventListener("beforeunload", (event) => {
    if (isBusy.value) event.preventDefault();
  });

  return { items, open, isBusy, ofProject, add, pause, resume, remove, discard, clear, forgetDone };
});
