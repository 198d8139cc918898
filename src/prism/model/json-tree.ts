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

/** The rows of a JSON value. */
export interface JsonTree {
  readonly rows: readonly JsonRow[];
  /** False: there are more rows than are made. */
  readonly isWhole: boolean;
}

/** What of a JSON value is open. */
export interface JsonTreeOptions {
  /** Paths whose state is the other one than by default. */
  readonly toggled?: ReadonlySet<string>;
  /** How deep it is open by default. Default: 6. */
  readonly depth?: number;
  /** How many members a value has at most that is open by default. Default: 100. */
  readonly openMax?: number;
  /** At most so many rows are made. Default: 100,000. */
  readonly rowsMax?: number;
}

type Place = Pick<JsonRow, "path" | "name" | "value" | "depth">;

/**
 * The rows of a JSON value, each before what is in it. What is deep, or has more than 100 members, is closed until it
 * is toggled. Any depth.
 */
export function jsonRows(value: unknown, options: JsonTreeOptions = {}): JsonTree {
  const { toggled, depth: openDepth = 6, openMax = 100, rowsMax = 100_000 } = options;
  const rows: JsonRow[] = [];
  const waiting: Place[] = [{ path: "$", name: "", value, depth: 0 }];
  while (rows.length < rowsMax) {
    const place = waiting.pop();
    if (place === undefined) break;
    const count = countOfMembers(place.value);
    const isOpen = (place.depth < openDepth && count <= openMax) !== (toggled?.has(place.path) ?? false);
    rows.push({ ...place, ...describe(place.value, count), isExpanded: count === 0 ? undefined : isOpen });
    if (!isOpen) continue;
    for (const member of membersOf(place, rowsMax - rows.length + 1).reverse()) waiting.push(member);
  }
  return { rows, isWhole: waiting.length === 0 };
}

/** A place in which two JSON values differ. */
export interface JsonChange {
  /** JSONPath in its normal form. */
  readonly path: string;
  /** Undefined: the one does not have it. */
  readonly before: string | undefined;
  /** Undefined: the other does not have it. */
  readonly after: string | undefined;
}

/**
 * Where two JSON values differ, all of it: each value that is none of objects and lists, in the order of the first, then
 * of the second.
 */
export function compareJson(before: unknown, after: unknown): readonly JsonChange[] {
  const [one, other] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((path) => one.get(path) !== other.get(path))
    .map((path) => ({ path, before: one.get(path), after: other.get(path) }));
}

function leavesOf(value: unknown): ReadonlyMap<string, string> {
  const { rows } = jsonRows(value, { depth: Infinity, openMax: Infinity, rowsMax: Infinity });
  return new Map(rows.filter(({ isExpanded }) => isExpanded === undefined).map(({ path, text }) => [path, text]));
}

function countOfMembers(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

/** What is in a value: the first of it, if it is more than rows are made of. */
function membersOf({ path, value, depth }: Place, most: number): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const isArray = Array.isArray(value);
  return Object.entries(value)
    .slice(0, most)
    .map(([name, member]: [string, unknown]) => ({
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

function describe(value: unknown, count: number): Pick<JsonRow, "text" | "kind"> {
  if (Array.isArray(value)) return { kind: "array", text: count === 1 ? "1 item" : `${count} items` };
  switch (typeof value) {
    case "object":
      if (value === null) return { kind: "null", text: "null" };
      return { kind: "object", text: count === 1 ? "1 member" : `${count} members` };
    case "string":
      return { kind: "string", text: JSON.stringify(value) };
    case "number":
      return { kind: "number", text: String(value) };
    default:
      return { kind: "boolean", text: String(value) };
  }
}
