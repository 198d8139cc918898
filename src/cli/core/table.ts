import Table from "cli-table3";
import type { Colors } from "./output.js";

const noBorders = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid", "middle"].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, ""]),
  ),
);

/** Columns under bold heads, two spaces apart, without lines and without spaces at the ends. */
export function drawTable(heads: readonly string[], rows: readonly (readonly string[])[], colors: Colors): string {
  const table = new Table({
    head: heads.map((head) => colors.bold(head)),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: noBorders,
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replaceAll(/ +$/gm, "");
}
