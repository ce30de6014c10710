import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { python, ROOT } from "./system";

/** A short simulated pour of 480 × 270 pixels and five frames a second. */
export async function simulate(folder: string, seed: number, seconds: number): Promise<void> {
  const options = ["--seed", String(seed), "--seconds", String(seconds), "--size", "480x270", "--fps", "5", "--difficulty", "easy"];
  await promisify(execFile)(python(), ["-m", "workers", "simulate", "--out", folder, ...options], { cwd: ROOT });
}

/** One in a folder that is gone afterwards. */
export async function withPour<T>(seconds: number, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cvd-pour-"));
  try {
    await simulate(folder, 5, seconds);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
