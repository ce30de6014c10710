import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { expect, request, type APIRequestContext } from "@playwright/test";

interface Video {
  id: number;
  state: string;
}

interface Run {
  id: number;
  state: string;
}

/** For work of the server: ends with the work, however slow the machine. */
export const LONG_MS = 180_000;
const PATIENCE = { timeout: LONG_MS, intervals: [300] };

/** The REST API as a program uses it, with a token: to prepare what a test is not about. */
export class Api {
  private constructor(readonly request: APIRequestContext) {}

  static async login(url: string, username: string, password: string): Promise<Api> {
    const anonymous = await request.newContext({ baseURL: `${url}/api/v1/` });
    const answer = await anonymous.post("auth/tokens/", {
      data: { username, password, name: "e2e", expires_in_days: 1 },
    });
    const { token } = (await answer.json()) as { token: string };
    await anonymous.dispose();
    const headers = { Authorization: `Token ${token}` };
    return new Api(await request.newContext({ baseURL: `${url}/api/v1/`, extraHTTPHeaders: headers }));
  }

  async get<T>(path: string): Promise<T> {
    // A server may close an idle connection at the very moment when it is used again.
    const answer = await this.request.get(path, { maxRetries: 2 });
    expect(answer.ok(), `GET ${path}: ${answer.status()}`).toBe(true);
    return (await answer.json()) as T;
  }

  async post<T>(path: string, data: object): Promise<T> {
    const answer = await this.request.post(path, { data });
    expect(answer.ok(), `POST ${path}: ${await answer.text()}`).toBe(true);
    return (await answer.json()) as T;
  }

  async makeUser(username: string, role: string, password: string): Promise<number> {
    return (await this.post<{ id: number }>("users/", { username, password, role, display_name: username })).id;
  }

  async makeProject(name: string): Promise<number> {
    return (await this.post<{ id: number }>("projects/", { name })).id;
  }

  /** Takes away what a test made that broke off, so that its next try finds an empty system. */
  async clear(): Promise<void> {
    const { username } = await this.get<{ username: string }>("me/");
    for (const list of ["detectors/sets/", "datasets/", "projects/", "users/", "detectors/"]) {
      const { results } = await this.get<{ results: { id: number; username?: string }[] }>(`${list}?page_size=100`);
      const others = results.filter((one) => one.username !== username);
      // What is built in, or still needed, stays.
      await Promise.all(others.map(({ id }) => this.request.delete(`${list}${id}/?delete_projects=true`)));
    }
  }

  /** Uploads a file in one tus request and waits until it was checked. */
  async addVideo(project: number, file: string): Promise<Video> {
    const bytes = await readFile(file);
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const answer = await this.request.post("uploads/", {
      headers: {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": String(bytes.length),
        "Upload-Metadata": `filename ${base64(basename(file))},project ${base64(String(project))}`,
        "Content-Type": "application/offset+octet-stream",
      },
      data: bytes,
    });
    expect(answer.status(), await answer.text()).toBe(201);
    const id = Number(answer.headers()["cvd-video-id"]);
    const video = () => this.get<Video>(`videos/${id}/`);
    await expect.poll(async () => (await video()).state, PATIENCE).not.toBe("checking");
    return video();
  }

  async analyse(project: number, fps: number | null): Promise<Run> {
    const { id } = await this.post<Run>(`projects/${project}/start/`, { detector: "hog", fps });
    const run = () => this.get<Run>(`runs/${id}/`);
    await expect.poll(async () => (await run()).state, PATIENCE).toBe("completed");
    return run();
  }
}
