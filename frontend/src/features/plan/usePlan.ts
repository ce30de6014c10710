import { computed, inject, provide, ref, shallowRef, watch, type InjectionKey } from "vue";

import { getMaps, type PlanMap } from "./maps";
import { cellPainter, type Layer } from "./paint";
import { classesAt, dosesAt, reachOf, stillOpen } from "./reach";
import type { InspectionStore } from "@/features/inspection/useInspection";
import type { Selection } from "@/features/player/selection";
import { getSite, type SiteVersion } from "@/features/site/api";
import { normalised } from "@/features/site/document";
import type { Point } from "@/geometry/types";

const DEFAULT_RADIUS_M = 0.3;
const STEP_S = 0.5;

/** What the plan shows, and the overlay on the picture with it: lift, layer, and up to which time. */
function makePlan(project: number, store: InspectionStore, selection: Selection) {
  const maps = shallowRef<PlanMap[] | null>(null);
  const version = shallowRef<SiteVersion | null>(null);
  const error = shallowRef<unknown>(null);
  const isWanted = ref(false);
  const lift = ref<number | null>(null);
  const layer = ref<Layer>("category");
  const showsOverlay = ref(false);
  const followsPlayer = ref(false);
  /** Up to which time the plan is shown, on the pour's clock; null: all of it. */
  const chosenTime = ref<number | null>(null);
  let calls = 0;

  async function load(): Promise<void> {
    const call = ++calls;
    try {
      const [fresh, site] = await Promise.all([getMaps(project), getSite(project)]);
      if (call !== calls) return;
      maps.value = fresh;
      version.value = site;
      error.value = null;
    } catch (caught) {
      if (call === calls) error.value = caught;
    }
  }

  watch(
    [isWanted, () => store.inspection.value?.computed_at, () => store.inspection.value?.site_version],
    () => {
      if (isWanted.value) void load();
    },
  );

  const site = computed(() => (version.value && version.value.version > 0 ? normalised(version.value.site) : null));
  const map = computed(() => maps.value?.find((one) => one.lift === lift.value) ?? maps.value?.[0] ?? null);
  const radius_m = computed(() => store.inspection.value?.report?.radius_m ?? site.value?.radius_m ?? DEFAULT_RADIUS_M);
  const clock = computed(() => store.inspection.value?.clock ?? null);
  const end_s = computed(() => Math.max(0, ...(clock.value?.videos ?? []).map((one) => one.offset_s + one.duration_s)));
  const playerTime = computed(() => {
    const shown = clock.value?.videos.find((one) => one.video === selection.videoId.value);
    return shown ? shown.offset_s + selection.seconds.value : null;
  });
  /** In steps: a map is not painted anew for every picture of the player. */
  const time_s = computed(() => {
    const wanted = followsPlayer.value ? playerTime.value : chosenTime.value;
    return wanted === null ? null : Math.floor(wanted / STEP_S) * STEP_S;
  });

  const reach = computed(() => map.value && reachOf(map.value, store.insertions.value, radius_m.value));
  const classes = computed(() => {
    if (!map.value || !reach.value) return null;
    const known = time_s.value === null ? map.value.classes : classesAt(map.value, reach.value, time_s.value);
    return store.inspection.value?.is_final ? known : stillOpen(known);
  });
  const doses = computed(() => {
    if (!map.value || !reach.value || time_s.value === null) return map.value?.dose_s ?? null;
    return dosesAt(map.value, reach.value, store.insertions.value, radius_m.value, time_s.value);
  });
  const painter = computed(() =>
    map.value && classes.value && doses.value
      ? cellPainter(map.value.dose_scale_s, classes.value, doses.value, layer.value)
      : null,
  );
  const ofLift = computed(() => {
    const shown = map.value;
    return shown ? store.insertions.value.filter((one) => one.lift === shown.lift) : store.insertions.value;
  });
  const insertions = computed(() => {
    const until = time_s.value;
    return until === null ? ofLift.value : ofLift.value.filter((one) => one.pour_start_s <= until);
  });
  /** Where the lift was vibrated, whatever time is shown: the plan does not move with the slider. */
  const places = computed(() =>
    ofLift.value.flatMap(({ x_m, y_m }): Point[] => (x_m === null || y_m === null ? [] : [[x_m, y_m]])),
  );

  return {
    project, maps, site, error, isWanted, lift, layer, showsOverlay, followsPlayer, chosenTime,
    map, radius_m, end_s, time_s, classes, doses, painter, insertions, places, load,
  };
}

export type Plan = ReturnType<typeof makePlan>;
const KEY: InjectionKey<Plan> = Symbol("plan");

export function providePlan(project: number, store: InspectionStore, selection: Selection): Plan {
  const plan = makePlan(project, store, selection);
  provide(KEY, plan);
  return plan;
}

export function usePlan(): Plan {
  const plan = inject(KEY);
  if (!plan) throw new Error("no plan was provided above this component");
  return plan;
}
