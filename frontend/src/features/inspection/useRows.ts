import { computed, type Ref } from "vue";
import { useI18n } from "vue-i18n";

import { beginsAt } from "./pourClock";
import type { Finding, Insertion, StatusNote, TrackSpan } from "./types";
import type { InspectionStore } from "./useInspection";
import { useRuleNames } from "./useRuleNames";
import { useTracks } from "./useTracks";
import type { TimelineItem, TimelineRowModel } from "@/features/player/timelineItems";
import { clock } from "@/format/time";
import { useFormat } from "@/format/useFormat";

/** What the camera could not see, or could not be trusted to place. */
const HIDING = new Set(["camera_moved", "view_lost", "stream_lost"]);
const WEIGHTS = { worker: 0, vibrator: 1, good: 0, over: 1, short: 2, unclear: 3, status: 0, info: 1, minor: 2, major: 3 };

/** The rows that the inspection adds to the timeline of a video. */
export function useRows({ inspection, insertions, findings }: InspectionStore, video: Ref<number | null>) {
  const { t, te } = useI18n();
  const format = useFormat();
  const { ruleName } = useRuleNames();
  const tracks = useTracks(inspection, video);

  function insertionItem(one: Insertion): TimelineItem {
    const facts = `${clock(one.start_s)} · ${format.number(one.duration_s, 1)} s · ${t(`insertions.grade.${one.grade}`)}`;
    return {
      id: one.id,
      start: one.start_s,
      end: one.end_s,
      look: one.grade,
      weight: WEIGHTS[one.grade],
      isManual: one.origin !== "detected",
      title: `#${one.number} · ${facts} · ${t(`insertions.origin.${one.origin}`)}`,
    };
  }

  function findingItem(one: Finding): TimelineItem {
    const isSettled = one.state === "false_alarm" || one.state === "closed";
    return {
      id: one.id,
      start: one.start_s,
      end: one.start_s,
      look: isSettled ? `${one.severity} settled` : one.severity,
      weight: isSettled ? -1 : WEIGHTS[one.severity],
      title: `${one.rule} ${ruleName(one.rule)} · ${clock(one.start_s)} · ${t(`findings.state.${one.state}`)}`,
    };
  }

  function trackItem(one: TrackSpan, id: number): TimelineItem {
    const times = `${clock(one.start_s)} – ${clock(one.end_s)}`;
    return {
      id,
      start: one.start_s,
      end: one.end_s,
      look: one.kind,
      weight: WEIGHTS[one.kind],
      title: `${t(`timeline.track.${one.kind}`)} · ${times} · ${format.number(one.end_s - one.start_s, 1)} s`,
    };
  }

  /** A status note on the clock of the shown video, where it is about it. */
  function noteItem(one: StatusNote, id: number): TimelineItem[] {
    if (!HIDING.has(one.code) || one.start_s === undefined || one.end_s === undefined) return [];
    if (one.video !== undefined && one.video !== video.value) return [];
    const offset = beginsAt(inspection.value?.clock, video.value);
    const shift = one.video === undefined ? offset : 0;
    const title = te(`notes.${one.code}`) ? t(`notes.${one.code}`) : one.message;
    return [{ id, start: one.start_s - shift, end: one.end_s - shift, look: "hidden", weight: 0, title }];
  }

  const bars = computed(() => insertions.value.filter((one) => one.video === video.value).map(insertionItem));
  const marks = computed(() => findings.value.filter((one) => one.video === video.value).map(findingItem));
  const followed = computed(() => tracks.value.map(trackItem));
  const hidden = computed(() => (inspection.value?.report?.status ?? []).flatMap(noteItem));

  const rows = computed<TimelineRowModel[]>(() =>
    [
      { id: "insertions", name: t("timeline.insertions"), kind: "bars" as const, items: bars.value },
      { id: "findings", name: t("timeline.findings"), kind: "marks" as const, items: marks.value },
      { id: "tracks", name: t("timeline.tracks"), kind: "tracks" as const, items: followed.value },
      { id: "unobservable", name: t("timeline.unobservable"), kind: "spans" as const, items: hidden.value },
    ].filter((row) => row.items.length > 0),
  );
  return { rows };
}
