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

function drawTag(context: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string): void {
  const width = context.measureText(text).width + 8;
  const left = Math.max(0, Math.min(x, context.canvas.clientWidth - width));
  context.fillStyle = colour;
  context.fillRect(left, y, width, TAG_PX);
  context.fillStyle = "#10181b";
  context.fillText(text, left + 4, y + TAG_PX / 2 + 0.5);
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

  for (const { box, label, score, isBetween } of boxes) {
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
    const tagTop = top - TAG_PX >= y ? top - TAG_PX : top;
    drawTag(context, `${text.label(label)} ${text.score(score)}`, left - 1, tagTop, colour);
  }
}
