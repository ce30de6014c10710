import type { Progress, Snapshot, StateChange } from "./events";
import type { FrameResult, Project, Run, Video } from "@/api/types";
import { isActive } from "@/ui/tones";

/** What a project's page knows about what is going on. */
export interface LiveState {
  status: Project["status"];
  run: Run | null;
  videos: Video[];
  /** The newest analysed frame of the run that goes on. */
  latest: FrameResult | null;
}

/** How far a run has come: states only move forward, and so does what is done within one. */
function isOlder(incoming: Progress, run: Run): boolean {
  return !isActive(run.state) || incoming.frames_done < run.frames_done;
}

export function withSnapshot(state: LiveState, snapshot: Snapshot): LiveState {
  return {
    status: snapshot.project.status,
    run: snapshot.run,
    videos: snapshot.videos,
    latest: snapshot.run?.id === state.run?.id ? state.latest : null,
  };
}

export function withProgress(state: LiveState, progress: Progress): LiveState {
  const { run: id, latest, ...facts } = progress;
  const run = state.run;
  if (run?.id !== id || isOlder(progress, run)) return state;
  return {
    ...state,
    run: { ...run, ...facts, waiting_code: null, waiting_reason: null },
    latest: latest ?? state.latest,
  };
}

export function withChange(state: LiveState, change: StateChange): LiveState {
  if ("run" in change) {
    const isNewer = state.run === null || change.run.id >= state.run.id;
    if (!isNewer) return state;
    return {
      ...state,
      run: change.run,
      latest: change.run.id === state.run?.id ? state.latest : null,
    };
  }
  if ("video" in change) {
    const { video } = change;
    const isKnown = state.videos.some((one) => one.id === video.id);
    return {
      ...state,
      videos: isKnown
        ? state.videos.map((one) => (one.id === video.id ? video : one))
        : [...state.videos, video],
    };
  }
  if ("video_removed" in change) {
    return { ...state, videos: state.videos.filter((one) => one.id !== change.video_removed) };
  }
  if ("project" in change) return { ...state, status: change.project.status };
  return state;
}
