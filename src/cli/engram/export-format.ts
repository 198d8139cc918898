import type { RecallHit } from "../../neuron/index.js";
import { hitToJson } from "./hit-view.js";

/** What the first line of an export says. */
export const EXPORT_FORMAT = "cosmonapse.engram";
/** The version of the format that is written, and the only one that is read. */
export const EXPORT_FORMAT_VERSION = 1;

/** The first line. */
export function exportHeader(engramId: string, namespace: string): string {
  const header = {
    format: EXPORT_FORMAT,
    format_version: EXPORT_FORMAT_VERSION,
    engram_id: engramId,
    namespace,
    exported_at: new Date().toISOString(),
  };
  return `${JSON.stringify(header)}\n`;
}

/** The line of an entry: what the Engram says of it, without what belongs to the question. */
export function exportLine(hit: RecallHit): string {
  const { engram_id: _engram, score: _score, sources: _sources, ...entry } = hitToJson(hit);
  return `${JSON.stringify(entry)}\n`;
}

/** The last line: without it a file was cut off. */
export function exportEnd(entries: number): string {
  return `${JSON.stringify({ end: true, entries })}\n`;
}
