/** The deepest nesting that is written as JSON. */
export const jsonDepthMax = 512;

/** Says what is wrong with a value, and does not return. */
export type Refuse = (message: string) => never;

interface Walk {
  readonly refuse: Refuse;
  /** Names and indexes from the top to the value at hand. */
  readonly path: (string | number)[];
  readonly ancestors: object[];
  /** True: look for half surrogate pairs. */
  readonly strings: boolean;
}

/**
 * A value as JSON. Refuses the first part that JSON cannot say, and names its path. `toJSON` is called as by
 * `JSON.stringify`, once more for the check.
 */
export function writeJson(value: unknown, refuse: Refuse): string {
  check(value, { refuse, path: [], ancestors: [], strings: false });
  const text = JSON.stringify(value) ?? "null";
  // Half a pair is written as an escape, so strings need a look only where there is one.
  if (text.includes("\\ud")) check(value, { refuse, path: [], ancestors: [], strings: true });
  return text;
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
      if (walk.strings && isBroken(value)) fail(walk, "a string with half a surrogate pair");
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
  if (ancestors.includes(value)) fail(walk, "a circle");
  if (ancestors.length >= jsonDepthMax) fail(walk, `nested deeper than ${jsonDepthMax} levels`);
  ancestors.push(value);
  if ("toJSON" in value && typeof value.toJSON === "function") check(value.toJSON(""), walk);
  else if (Array.isArray(value)) checkItems(value, walk);
  else checkProperties(value, walk);
  ancestors.pop();
}

function checkItems(items: readonly unknown[], walk: Walk): void {
  for (let index = 0; index < items.length; index += 1) {
    walk.path.push(index);
    check(items[index], walk);
    walk.path.pop();
  }
}

function checkProperties(value: object, walk: Walk): void {
  if (!isRecord(value)) {
    return fail(walk, `of the kind ${Object.prototype.toString.call(value).slice("[object ".length, -1)}`);
  }
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined) continue;
    walk.path.push(name);
    if (walk.strings && isBroken(name)) fail(walk, "under a name with half a surrogate pair");
    check(item, walk);
    walk.path.pop();
  }
}

/** False for a Map, a Promise, an Error, a typed array and the like: they would become an object that says nothing. */
function isRecord(value: object): value is Readonly<Record<string, unknown>> {
  return (
    Object.getPrototypeOf(value) === Object.prototype || Object.prototype.toString.call(value) === "[object Object]"
  );
}

/** True for a string with half a surrogate pair, which has no UTF-8. */
function isBroken(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
