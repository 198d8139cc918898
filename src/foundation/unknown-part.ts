/**
 * What is wrong with the names of an object whose names are known, in words; undefined if nothing is. A name that is
 * almost right is told which one was meant.
 */
export function describeUnknownPart(value: object, known: ReadonlySet<string>): string | undefined {
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown === undefined) return undefined;
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, "");
  const meant = [...known].find((name) => plain(name) === plain(unknown));
  const advice = meant === undefined ? `it can have ${[...known].join(", ")}` : `did you mean ${meant}?`;
  return `has an unknown part ${JSON.stringify(unknown.slice(0, 80))}; ${advice}`;
}
