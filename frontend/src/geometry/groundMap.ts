import { project, projectOutline, projectSegment } from "./homography";
import type { Matrix3, Point } from "./types";
import { toScreen, toSheet, type View } from "./view";

/** How the ground plane lies on the screen, on a plan or as a camera sees it. */
export interface GroundMap {
  /** Where a place on the ground is on the screen, if it is seen. */
  place: (metres: Point) => Point | null;
  /** The seen parts of a line through places: one path for an outline, one for each stretch of a line. */
  paths: (metres: readonly Point[], isClosed: boolean) => Point[][];
  /** The place on the ground under a point of the screen; null above the horizon. */
  ground: (screen: Point) => Point | null;
}

/** A plan's sheet has y down, the ground has y up. */
export const planSheet = ([x, y]: Point): Point => [x, -y];

export function groundOnPlan(view: View): GroundMap {
  const place = (metres: Point): Point => toScreen(view, planSheet(metres));
  return {
    place,
    paths: (metres) => [metres.map(place)],
    ground: (screen) => planSheet(toSheet(view, screen)),
  };
}

export function groundOnPicture(view: View, toImage: Matrix3, toGround: Matrix3): GroundMap {
  const screen = (pixel: Point): Point => toScreen(view, pixel);
  return {
    place: (metres) => {
      const pixel = project(toImage, metres);
      return pixel && screen(pixel);
    },
    paths: (metres, isClosed) => {
      if (isClosed) return [projectOutline(toImage, metres).map(screen)];
      return metres.slice(1).flatMap((to, index) => {
        const seen = projectSegment(toImage, metres[index] ?? to, to);
        return seen ? [seen.map(screen)] : [];
      });
    },
    ground: (at) => project(toGround, toSheet(view, at)),
  };
}

/** For SVG: a path through points, closed or open. */
export function pathData(points: readonly Point[], isClosed: boolean): string {
  if (points.length === 0) return "";
  const body = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return `M${body}${isClosed ? "Z" : ""}`;
}
