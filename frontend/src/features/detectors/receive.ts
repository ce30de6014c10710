import { ref, type Ref } from "vue";

import { apiEvents, csrfToken } from "@/api/client";
import { ApiError, apiErrorFrom, NETWORK } from "@/api/errors";

/** Sends a file in one request, telling how far it is; the id to name it by afterwards. */
function sendFile(file: File, onProgress: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/detectors/files/?filename=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status === 201) return resolve((request.response as { id: string }).id);
      if (request.status === 401) apiEvents.unauthorized();
      reject(apiErrorFrom(request.status, request.response, request.getResponseHeader("Retry-After")));
    };
    request.onerror = () => reject(new ApiError(0, NETWORK, ""));
    request.send(file);
  });
}

/** A file on its way to the server: the share that has arrived, null while nothing is sent. */
export function useSending(): { sent: Ref<number | null>; send: (file: File) => Promise<string> } {
  const sent = ref<number | null>(null);

  async function send(file: File): Promise<string> {
    sent.value = 0;
    try {
      return await sendFile(file, (share) => (sent.value = share));
    } finally {
      sent.value = null;
    }
  }

  return { sent, send };
}
