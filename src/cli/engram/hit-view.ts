import Table from "cli-table3";
import type { RecallHit } from "../../neuron/index.js";
import type { Output } from "../core/output.js";
import { plainText } from "./plain-text.js";

/** A hit as JSON: names as in the schema, nothing that is absent. */
export function hitToJson(hit: RecallHit): Readonly<Record<string, unknown>> {
  const { provenance, expiresAt } = hit;
  return {
    engram_id: hit.engramId,
    id: hit.id,
    ...(hit.mergeKey === undefined ? {} : { merge_key: hit.mergeKey }),
    content: hit.content,
    tags: hit.tags,
    version: hit.version,
    ...(hit.seq === undefined ? {} : { seq: hit.seq }),
    created_at: hit.createdAt.toISOString(),
    updated_at: hit.updatedAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt.toISOString() }),
    ...(provenance === undefined
      ? {}
      : {
          provenance: {
            source: provenance.source,
            trace_id: provenance.traceId,
            imprint_id: provenance.imprintId,
          },
        }),
    score: hit.score,
    sources: hit.sources,
  };
}

/** What a table of hits has beside what it always has. */
export interface HitColumns {
  /** True with a text, which alone makes scores differ. */
  readonly score: boolean;
  /** True if several Engrams may have been asked. */
  readonly engram: boolean;
}

interface Column {
  readonly name: string;
  readonly cells: readonly string[];
  readonly widthMax: number;
}

/** Hits as an aligned table, a line each; what does not fit is clipped. The content takes what is left of the width. */
export function hitTable(hits: readonly RecallHit[], output: Output, shown: HitColumns): string {
  const { dim, cyan, yellow } = output.colors;
  const columns = columnsOf(hits, shown);
  const widths = columns.map(({ name, cells, widthMax }) =>
    Math.min(widthMax, Math.max(name.length, ...cells.map((cell) => cell.length))),
  );
  const left = output.columns - widths.reduce((sum, width) => sum + width + 2, 0);
  const table = new Table({
    chars: borderless,
    style: { "padding-left": 0, "padding-right": 2, head: [], border: [] },
    colWidths: [...widths.map((width) => width + 2), Math.max(20, left)],
    wordWrap: false,
  });
  table.push([...columns.map(({ name }) => dim(name)), dim("CONTENT")]);
  for (const [index, hit] of hits.entries()) {
    table.push([
      ...columns.map(({ name, cells }) => paint(name, cells[index] ?? "")),
      plainText(JSON.stringify(hit.content)),
    ]);
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");

  function paint(name: string, cell: string): string {
    if (name === "KEY / ID") return cyan(cell);
    return name === "TAGS" ? yellow(cell) : cell;
  }
}

function columnsOf(hits: readonly RecallHit[], { score, engram }: HitColumns): readonly Column[] {
  const column = (name: string, widthMax: number, cell: (hit: RecallHit) => string): Column => ({
    name,
    widthMax,
    cells: hits.map((hit) => plainText(cell(hit))),
  });
  const hasTags = hits.some(({ tags }) => tags.length > 0);
  const hasSeq = hits.some(({ seq }) => seq !== undefined);
  return [
    ...(score ? [column("SCORE", 6, (hit) => hit.score.toFixed(2))] : []),
    ...(engram ? [column("ENGRAM", 24, ({ sources }) => sources.join(","))] : []),
    column("KEY / ID", 32, ({ mergeKey, id }) => mergeKey ?? id),
    ...(hasSeq ? [column("SEQ", 8, ({ seq }) => seq?.toString() ?? "")] : []),
    column("VERSION", 8, ({ version }) => `v${version}`),
    column("UPDATED", 24, ({ updatedAt }) => updatedAt.toISOString()),
    ...(hasTags ? [column("TAGS", 20, ({ tags }) => tags.join(","))] : []),
  ];
}

const borderless = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};
