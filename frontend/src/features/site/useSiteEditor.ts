import { computed, inject, provide, ref, shallowRef, watch, type InjectionKey } from "vue";

import { calibrationOf, cameraOf, ownCamera, setCalibration, type Calibration, type CalibrationPoint, type Plane, type SiteDocument } from "./document";
import { addShape, fewestPoints, isSameShape, type ShapeKind, type ShapeRef } from "./shapes";
import { useCalibrationCheck } from "./useCalibrationCheck";
import type { SiteDraft } from "./useSiteDraft";
import type { Video } from "@/api/types";
import type { Point } from "@/geometry/types";

export type PointList = "points" | "check_points";
export interface PointRef {
  list: PointList;
  index: number;
}

/** What a click on picture or plan does. */
export type Tool =
  | { does: "nothing" }
  | { does: "point"; list: PointList }
  | { does: "shape"; kind: ShapeKind };

const NOTHING: Tool = { does: "nothing" };
/** Pixels to a tenth: closer than anybody clicks. */
const roundedPx = (pixels: number): number => Math.round(pixels * 10) / 10;
/** Metres to a millimetre. */
export const roundedM = (metres: number): number => Math.round(metres * 1e3) / 1e3;

function makeEditor(
  draft: SiteDraft,
  videos: () => Video[],
  mayEdit: () => boolean,
  /** Seconds on the clock of the pour. */
  beginsAt: (video: number | null) => number,
) {
  const site = draft.shown;
  const isReadOnly = computed(() => draft.preview.value !== null || !mayEdit());
  const videoId = ref<number | null>(null);
  const tool = shallowRef<Tool>(NOTHING);
  const selectedPoint = shallowRef<PointRef | null>(null);
  const selectedShape = shallowRef<ShapeRef | null>(null);
  /** Metres of a rectangle or grid that wait for their clicks. */
  const waiting = shallowRef<Point[]>([]);
  /** A place in the picture that was clicked and whose metres are still to be typed. */
  const pending = shallowRef<{ list: PointList; at: Point } | null>(null);
  /** Corners of the shape that is being drawn, in metres. */
  const drawn = shallowRef<Point[]>([]);

  const video = computed(() => videos().find((one) => one.id === videoId.value) ?? null);
  const camera = computed(() => (videoId.value === null ? null : cameraOf(site.value, videoId.value)));
  const wished = ref<Plane>(null);
  /** That of a lift only as long as there is this lift: it may be taken back, or missing in a version that is looked at. */
  const plane = computed<Plane>({
    get: () => (wished.value !== null && camera.value?.lifts[wished.value] ? wished.value : null),
    set: (chosen) => {
      wished.value = chosen;
    },
  });
  const calibration = computed(() =>
    videoId.value === null ? null : calibrationOf(site.value, videoId.value, plane.value),
  );
  const radiusM = computed(() => site.value.radius_m);
  const check = useCalibrationCheck(calibration, radiusM);

  /** The plane of a lift is clicked on a picture of its own, from its start on. */
  const lift = computed(() => (plane.value === null ? undefined : camera.value?.lifts[plane.value]));
  const referenceSeconds = computed(() => camera.value?.still_seconds ?? 0);
  /** Which other picture is looked at; it says nothing about the reference. */
  const looked = ref<number | null>(null);
  const seconds = computed(() => {
    const wanted = looked.value ?? lift.value?.start_s ?? referenceSeconds.value;
    return video.value ? Math.min(wanted, Math.max(0, video.value.duration_seconds - 0.05)) : 0;
  });
  const isReference = computed(() => !lift.value && (looked.value ?? referenceSeconds.value) === referenceSeconds.value);

  watch(videoId, () => {
    wished.value = null;
  });
  watch([videoId, plane], () => {
    looked.value = null;
    selectedPoint.value = null;
    pending.value = null;
    waiting.value = [];
    if (tool.value.does === "point") tool.value = NOTHING;
  });

  function change(recipe: (site: SiteDocument) => void, key?: string): void {
    if (!isReadOnly.value) draft.history.change(recipe, key);
  }

  function changeCalibration(recipe: (calibration: Calibration) => void, key?: string): void {
    const shown = video.value;
    if (!shown) return;
    change((draftSite) => {
      const fresh: Calibration = { image_size: [shown.width, shown.height], points: [], check_points: [] };
      const own = calibrationOf(draftSite, shown.id, plane.value) ?? fresh;
      recipe(own);
      setCalibration(draftSite, shown.id, plane.value, own);
    }, key);
  }

  /** The camera's movement is measured against the picture that is looked at from now on. */
  function makeReference(): void {
    const id = videoId.value;
    if (id !== null) change((draftSite) => void (ownCamera(draftSite, id).still_seconds = seconds.value));
  }

  function inPicture([u, v]: Point): Point {
    const [width, height] = [video.value?.width ?? 0, video.value?.height ?? 0];
    return [roundedPx(Math.min(width, Math.max(0, u))), roundedPx(Math.min(height, Math.max(0, v)))];
  }

  function addPoint(list: PointList, at: Point, [x, y]: Point): void {
    // The first point of the common plane says which picture is calibrated.
    if (!lift.value && !calibration.value?.points.length && !isReference.value) makeReference();
    changeCalibration((own) => void own[list].push([...inPicture(at), roundedM(x), roundedM(y)] as CalibrationPoint));
    pending.value = null;
    selectedPoint.value = { list, index: (calibration.value?.[list].length ?? 1) - 1 };
  }

  /** A click in the picture: the next known place lies here, or somebody will type which. */
  function placePoint(list: PointList, at: Point): void {
    const [next, ...rest] = waiting.value;
    if (!next) {
      pending.value = { list, at: inPicture(at) };
      return;
    }
    addPoint(list, at, next);
    waiting.value = rest;
    if (rest.length === 0) use(NOTHING);
  }

  function changePoint({ list, index }: PointRef, part: Partial<Record<0 | 1 | 2 | 3, number>>, key?: string): void {
    changeCalibration((own) => {
      const point = own[list][index];
      if (!point) return;
      Object.assign(point, part);
      [point[0], point[1]] = inPicture([point[0], point[1]]) as [number, number];
    }, key);
  }

  function removePoint({ list, index }: PointRef): void {
    changeCalibration((own) => void own[list].splice(index, 1));
    selectedPoint.value = null;
  }

  function use(next: Tool): void {
    tool.value = next;
    drawn.value = [];
    pending.value = null;
    if (next.does !== "point") waiting.value = [];
  }

  function drawCorner(at: Point): void {
    drawn.value = [...drawn.value, [roundedM(at[0]), roundedM(at[1])]];
  }

  const canUndo = computed(() => drawn.value.length > 0 || draft.history.canUndo.value);

  /** Takes back the last corner of what is being drawn, else the last change. */
  function undo(): void {
    if (drawn.value.length > 0) drawn.value = drawn.value.slice(0, -1);
    else draft.history.undo();
  }

  const canFinish = computed(
    () => tool.value.does === "shape" && drawn.value.length >= fewestPoints(tool.value.kind),
  );

  /** The shape is complete; `zoneName` names it if it is a zone. Concrete was placed when the picture shows it, on the clock of the pour. */
  function finish(zoneName: string): void {
    if (tool.value.does !== "shape" || !canFinish.value) return;
    const { kind } = tool.value;
    const points = drawn.value;
    let added: ShapeRef | null = null;
    change((draftSite) => {
      added = addShape(draftSite, kind, points, { zoneName, placedS: Math.round(beginsAt(videoId.value) + seconds.value) });
    });
    selectedShape.value = added;
    use(NOTHING);
  }

  return {
    site, isReadOnly, videoId, plane, video, camera, calibration, radiusM, check,
    tool, use, waiting, pending, drawn, canFinish, drawCorner, finish,
    lift, looked, seconds, referenceSeconds, isReference, makeReference,
    selectedPoint, addPoint, placePoint, changePoint, removePoint, changeCalibration,
    selectedShape, isSelected: (ref: ShapeRef) => isSameShape(ref, selectedShape.value),
    change, canUndo, undo,
  };
}

export type SiteEditor = ReturnType<typeof makeEditor>;
const KEY: InjectionKey<SiteEditor> = Symbol("site editor");

/** What the panels and stages of the set-up page share: the draft, what is chosen, what a click does. */
export function provideSiteEditor(...parts: Parameters<typeof makeEditor>): SiteEditor {
  const editor = makeEditor(...parts);
  provide(KEY, editor);
  return editor;
}

export function useSiteEditor(): SiteEditor {
  const editor = inject(KEY);
  if (!editor) throw new Error("no site editor was provided above this component");
  return editor;
}
