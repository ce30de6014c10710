import { labelColour } from "./labels";
import type { ShownBox } from "./boxes";

export interface OverlayText {
  label: (label: string) => string;
  score: (score: number) => string;
}

/** Where the picture lies within its element: scaled to fit, in the middle. */
export function pictureRect(
  element: { width: number; height: number },
  picture: { width: number; height: number },
): { x: number; y: number; scale: number } {
  if (picture.width === 0 || picture.height === 0) return { x: 0, y: 0, scale: 0 };
  const scale = Math.min(element.width / picture.width, element.height / picture.height);
  return {
    x: (element.width - picture.width * scale) / 2,
    y: (element.height - picture.height * scale) / 2,
    scale,
  };
}

const FONT_PX = 12;
const TAG_PX = 18;

interface Tag {
  left: number;
  top: number;
  width: number;
  words: string;
  colour: string;
}

/**
 * Where the tag of a box stands so that it covers no other: above the box, else below it, else further
 * up or down; where all is full, above the box all the same.
 */
export function freeTop(
  tag: { left: number; width: number },
  box: { top: number; bottom: number },
  view: { top: number; bottom: number },
  taken: readonly Pick<Tag, "left" | "top" | "width">[],
): number {
  const above = box.top - TAG_PX;
  const tops = [above, box.bottom, above - TAG_PX, box.bottom + TAG_PX, above - 2 * TAG_PX, box.bottom + 2 * TAG_PX];
  const isFree = (top: number): boolean =>
    top >= view.top &&
    top + TAG_PX <= view.bottom &&
    !taken.some(
      (one) =>
        tag.left < one.left + one.width &&
        one.left < tag.left + tag.width &&
        Math.abs(top - one.top) < TAG_PX,
    );
  return tops.find(isFree) ?? (above >= view.top ? above : box.top);
}

function drawTag(context: CanvasRenderingContext2D, { left, top, width, words, colour }: Tag): void {
  context.fillStyle = colour;
  context.fillRect(left, top, width, TAG_PX);
  context.fillStyle = "#10181b";
  context.fillText(words, left + 4, top + TAG_PX / 2 + 0.5);
}

/** Draws boxes with their label as text: colour is never the only carrier. */
export function drawBoxes(
  canvas: HTMLCanvasElement,
  picture: { width: number; height: number },
  boxes: readonly ShownBox[],
  text: OverlayText,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  context.scale(ratio, ratio);
  context.font = `600 ${FONT_PX}px "Inter Variable", system-ui, sans-serif`;
  context.textBaseline = "middle";
  const { x, y, scale } = pictureRect(size, picture);
  const view = { top: y, bottom: y + picture.height * scale };
  const tags: Tag[] = [];

  // From the top down, and not by score: tags shall not change places from frame to frame.
  const ordered = [...boxes].sort((one, other) => one.box[1] - other.box[1]);
  for (const { box, label, score, isBetween } of ordered) {
    const colour = labelColour(label);
    const left = x + box[0] * scale;
    const top = y + box[1] * scale;
    const width = (box[2] - box[0]) * scale;
    const height = (box[3] - box[1]) * scale;
    context.setLineDash([]);
    context.lineWidth = 4;
    context.strokeStyle = "rgb(0 0 0 / 45%)";
    context.strokeRect(left, top, width, height);
    context.setLineDash(isBetween ? [6, 3] : []);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.strokeRect(left, top, width, height);
    const words = `${text.label(label)} ${text.score(score)}`;
    const tagWidth = context.measureText(words).width + 8;
    const place = { left: Math.max(0, Math.min(left - 1, size.width - tagWidth)), width: tagWidth };
    tags.push({ ...place, top: freeTop(place, { top, bottom: top + height }, view, tags), words, colour });
  }
  for (const tag of tags) drawTag(context, tag);
}
