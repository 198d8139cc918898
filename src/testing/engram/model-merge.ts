/** The content of an entry. */
export type Content = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isObject(value: unknown): value is Content {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The RFC 8785 text of a value from JSON. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** RFC 7396 as its pseudocode says. */
export function patch(target: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name];
    else result[name] = patch(result[name], value);
  }
  return result;
}

/** The deep union: null keeps, lists unite, objects recurse. */
export function unite(target: unknown, change: unknown): unknown {
  if (change === null) return target;
  if (Array.isArray(change)) {
    const all: unknown[] = [...(Array.isArray(target) ? target : []), ...change];
    return all.filter((one, at) => all.findIndex((other) => canonical(other) === canonical(one)) === at);
  }
  if (!isObject(change)) return change;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(change)) {
    const next = unite(result[name], value);
    if (next !== undefined) result[name] = next;
  }
  return result;
}
