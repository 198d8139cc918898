import type { GraphLayout } from "./graph-layout.js";
import { pointOf, travelMs, type Travel, type Traveller } from "./graph-travel.js";

/** What is painted, and when. */
export interface PaintOptions {
  readonly travel: Travel;
  readonly layout: GraphLayout;
  /** The time of the frame, milliseconds. */
  readonly at: number;
}

const whole = 2 * Math.PI;
let wasEmpty = false;

/** Paints what travels on a canvas over the graph: requests as dots, replies as rings, errors as crosses. */
export function paintTravellers(canvas: HTMLCanvasElement | null, { travel, layout, at }: PaintOptions): void {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const travellers = travel.under(at);
  if (travellers.length === 0 && wasEmpty) return;
  wasEmpty = travellers.length === 0;
  const { clientWidth, clientHeight } = canvas;
  const scale = devicePixelRatio;
  if (canvas.width !== clientWidth * scale || canvas.height !== clientHeight * scale) {
    canvas.width = clientWidth * scale;
    canvas.height = clientHeight * scale;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
  const colors = coloursOf(canvas);
  const over = layout.place("synapse");
  for (const one of travellers) {
    const [from, to] = [layout.place(one.from), layout.place(one.to)];
    if (from === undefined || to === undefined || over === undefined) continue;
    const part = Math.min(1, (at - one.leftAt) / travelMs);
    const colour = colourOf(one, colors);
    // A tail, so that one sees where it comes from.
    for (const [back, alpha] of [
      [0.06, 0.15],
      [0.03, 0.35],
    ] as const) {
      const { x, y } = pointOf({ from, over, to }, Math.max(0, part - back));
      dot(context, { x, y, size: 3, colour, alpha });
    }
    const { x, y } = pointOf({ from, over, to }, part);
    if (one.hasFailed) cross(context, { x, y, colour });
    else if (one.isReply) ring(context, { x, y, colour });
    else dot(context, { x, y, size: 4.5, colour, alpha: 1 });
  }
}

interface Colours {
  readonly task: string;
  readonly recall: string;
  readonly imprint: string;
  readonly error: string;
}

function coloursOf(canvas: HTMLCanvasElement): Colours {
  const style = getComputedStyle(canvas);
  const read = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  return {
    task: read("--sig-task"),
    recall: read("--sig-recall"),
    imprint: read("--sig-imprint"),
    error: read("--sig-error"),
  };
}

function colourOf({ hasFailed, type }: Traveller, colours: Colours): string {
  if (hasFailed) return colours.error;
  return type === 20 ? colours.recall : type === 22 ? colours.imprint : colours.task;
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly colour: string;
}

function dot(
  context: CanvasRenderingContext2D,
  { x, y, size, colour, alpha }: Mark & { readonly size: number; readonly alpha: number },
): void {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, size, 0, whole);
  context.fill();
  context.globalAlpha = 1;
}

function ring(context: CanvasRenderingContext2D, { x, y, colour }: Mark): void {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x, y, 4.5, 0, whole);
  context.stroke();
}

function cross(context: CanvasRenderingContext2D, { x, y, colour }: Mark): void {
  context.strokeStyle = colour;
  context.lineWidth = 3;
  context.beginPath();
  context.moveTo(x - 5, y - 5);
  context.lineTo(x + 5, y + 5);
  context.moveTo(x + 5, y - 5);
  context.lineTo(x - 5, y + 5);
  context.stroke();
}
