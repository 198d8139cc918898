/** The deepest nesting that is written as JSON. */
export const jsonDepthMax = 512;

/** Says what is wrong with a value, and does not return. */
export type Refuse = (message: string) => never;

interface Walk {
  readonly refuse: Refuse;
  /** Names and indexes from the top to the value at hand. */
  readonly path: (string | number)[];
  readonly ancestors: Set<object>;
}

/** Refuses the first part of a value that JSON cannot say, and names its path. `toJSON` is called as for JSON. */
export function checkJson(value: unknown, refuse: Refuse): void {
  check(value, { refuse, path: [], ancestors: new Set() });
}

function fail({ refuse, path }: Walk, what: string): never {
  const place = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return refuse(
    `${place === "" ? "The value" : `'${place.replace(/^\./, "").slice(-200)}'`} is ${what}, which is not JSON`,
  );
}

function check(value: unknown, walk: Walk): void {
  switch (typeof value) {
    case "string":
      if (isBroken(value)) fail(walk, "a string with half a surrogate pair");
      return;
    case "number":
      if (!Number.isFinite(value)) fail(walk, String(value));
      return;
    case "boolean":
      return;
    case "object":
      if (value !== null) checkObject(value, walk);
      return;
    default:
      fail(walk, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function checkObject(value: object, walk: Walk): void {
  const { ancestors } = walk;
  if (ancestors.has(value)) fail(walk, "a circle");
  if (ancestors.size >= jsonDepthMax) fail(walk, `nested deeper than ${jsonDepthMax} levels`);
  ancestors.add(value);
  if ("toJSON" in value && typeof value.toJSON === "function") check(value.toJSON(""), walk);
  else if (Array.isArray(value)) checkItems(value, walk);
  else checkProperties(value, walk);
  ancestors.delete(value);
}

function checkItems(items: readonly unknown[], walk: Walk): void {
  for (let index = 0; index < items.length; index += 1) {
    walk.path.push(index);
    check(items[index], walk);
    walk.path.pop();
  }
}

function checkProperties(value: object, walk: Walk): void {
  // A Map, a Promise, an Error or a typed array would become an object that says nothing.
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (kind !== "Object" || !isRecord(value)) return fail(walk, `of the kind ${kind}`);
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined) continue;
    walk.path.push(name);
    if (isBroken(name)) fail(walk, "under a name with half a surrogate pair");
    check(item, walk);
    walk.path.pop();
  }
}

function isRecord(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value);
}

/** True for a string with half a surrogate pair, which has no UTF-8. */
function isBroken(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
