import type { Sight } from "../run/verdict.js";
import { escapeHtml } from "./escape-html.js";

const laneWidth = 140;
const rowHeight = 30;
const headHeight = 34;
const shownText = 110;

/**
 * What crossed the wire as a sequence diagram: a lane for each peer of the runner and one for the implementation, time
 * downwards. The whole of a message is its title.
 */
export function toDiagram(sights: readonly Sight[], implementation: string): string {
  const peers = [...new Set(sights.map(({ peer }) => peer))];
  const centre = (lane: number): number => lane * laneWidth + laneWidth / 2;
  const own = centre(peers.length);
  const width = (peers.length + 1) * laneWidth + 620;
  const height = headHeight + sights.length * rowHeight + 8;
  const lanes = [...peers, implementation].map(
    (name, lane) =>
      `<text class="lane" x="${centre(lane)}" y="18">${escapeHtml(name)}</text>` +
      `<line class="life" x1="${centre(lane)}" y1="${headHeight - 8}" x2="${centre(lane)}" y2="${height}"/>`,
  );
  const arrows = sights.map(({ ms, peer, way, what, text }, row) => {
    const y = headHeight + row * rowHeight + 14;
    const from = centre(peers.indexOf(peer));
    const [x1, x2] = way === ">" ? [from, own] : [own, from];
    const tip = x2 > x1 ? -7 : 7;
    const shown = text.length > shownText ? `${text.slice(0, shownText)}…` : text;
    return (
      `<g><title>${escapeHtml(`${ms} ms: ${what} ${text}`)}</title>` +
      `<line class="${way === ">" ? "out" : "back"}" x1="${x1}" y1="${y}" x2="${x2}" y2="${y}"/>` +
      `<path class="tip" d="M${x2} ${y}l${tip} -4v8z"/>` +
      `<text x="${Math.min(x1, x2) + 8}" y="${y - 4}"><tspan class="what">${escapeHtml(what)}</tspan></text>` +
      `<text class="said" x="${own + 16}" y="${y + 4}">${ms} ms  ${escapeHtml(shown)}</text></g>`
    );
  });
  const label = `${sights.length} messages between ${peers.join(", ")} and ${implementation}`;
  return `<svg role="img" aria-label="${escapeHtml(label)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${lanes.join("")}${arrows.join("")}</svg>`;
}
