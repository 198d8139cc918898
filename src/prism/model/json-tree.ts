/** One row of a JSON value: a member, an item, or the whole. */
export interface JsonRow {
  /** Where it stands, as JSONPath (RFC 9535) in its normal form: `$`, `$['task']`, `$['task']['input'][0]`. */
  readonly path: string;
  /** The name of the member or the index of the item; empty for the whole. */
  readonly name: string;
  readonly value: unknown;
  /** What stands on its row: the value, or how much is in it. */
  readonly text: string;
  readonly kind: "object" | "array" | "string" | "number" | "boolean" | "null";
  /** How deep it stands: 0 for the whole. */
  readonly depth: number;
  /** undefined: nothing is in it. */
  readonly isExpanded: boolean | undefined;
}

/** What of a JSON value is open. */
export interface JsonTreeOptions {
  /** Paths whose state is the other one than by default. */
  readonly toggled?: ReadonlySet<string>;
  /** How deep it is open by default. Default: 6. */
  readonly depth?: number;
  /** At most so many rows; the rest is not there. Default: 100,000. */
  readonly rowsMax?: number;
}

const openMax = 100;

/**
 * The rows of a JSON value, each before what is in it. What is deep, or has more than 100 members, is closed until it
 * is toggled. Any depth, and time in proportion to the rows.
 */
export function jsonRows(
  value: unknown,
  { toggled, depth: openDepth = 6, rowsMax = 100_000 }: JsonTreeOptions = {},
): readonly JsonRow[] {
  const rows: JsonRow[] = [];
  const waiting: Place[] = [{ path: "$", name: "", value, depth: 0 }];
  for (let place = waiting.pop(); place !== undefined && rows.length < rowsMax; place = waiting.pop()) {
    const { path, depth } = place;
    const members = membersOf(place);
    const isOpen = (depth < openDepth && members.length <= openMax) !== (toggled?.has(path) ?? false);
    rows.push({ ...place, ...describe(place.value), isExpanded: members.length === 0 ? undefined : isOpen });
    if (isOpen) for (let index = members.length - 1; index >= 0; index -= 1) waiting.push(members[index] ?? place);
  }
  return rows;
}

type Place = Pick<JsonRow, "path" | "name" | "value" | "depth">;

function membersOf({ path, value, depth }: Place): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  const isArray = Array.isArray(value);
  return Object.entries(value).map(([name, member]: [string, unknown]) => ({
    path: `${path}[${isArray ? name : quote(name)}]`,
    name,
    value: member,
    depth: depth + 1,
  }));
}

/** A name as the normal form of a path has it: in single quotes. */
function quote(name: string): string {
  return `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function describe(value: unknown): Pick<JsonRow, "text" | "kind"> {
  if (Array.isArray(value)) return { kind: "array", text: value.length === 1 ? "1 item" : `${value.length} items` };
  switch (typeof value) {
    case "object": {
      if (value === null) return { kind: "null", text: "null" };
      const count = Object.keys(value).length;
      return { kind: "object", text: count === 1 ? "1 member" : `${count} members` };
    }
    case "string":
      return { kind: "string", text: JSON.stringify(value) };
    case "number":
      return { kind: "number", text: String(value) };
    default:
      return { kind: "boolean", text: String(value) };
  }
}
