import { addFrames, getImages, getTasks } from "@/features/datasets/api";
import type { DatasetImage, DatasetTask } from "@/features/datasets/types";
import { ApiError } from "@/api/errors";
import { isActive } from "@/ui/tones";

const POLL_MS = 400;
/** A hair into the picture, whose time a browser may have rounded down; far less than a frame lasts. */
const INTO_SECONDS = 0.002;

const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

async function ended(dataset: number, id: string, signal: AbortSignal): Promise<DatasetTask | null> {
  while (!signal.aborted) {
    const task = (await getTasks(dataset)).results.find((one) => one.id === id);
    if (!task || !isActive(task.state)) return task ?? null;
    await wait(POLL_MS);
  }
  return null;
}

/** Takes the picture that a player shows into a dataset, unless it is there; null when given up or not found. */
export async function takeFrame(dataset: number, video: number, seconds: number, signal: AbortSignal): Promise<DatasetImage | null> {
  const at = seconds + INTO_SECONDS;
  const wish = { video, times: [at], labels: [], min_score: 0, max_score: 1, count: 1, prelabel: false };
  const { id } = await addFrames(dataset, wish);
  const task = await ended(dataset, id, signal);
  if (signal.aborted) return null;
  if (task?.error) throw new ApiError(409, task.error.code, task.error.message);
  return (await getImages(dataset, { video, shown_at: at, page: 1, page_size: 1 })).results[0] ?? null;
}
