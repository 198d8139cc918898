import { SuiteError } from "../ground/suite-error.js";
import type { Data, DataObject } from "./case-file.js";
import { isData } from "./resolve.js";

/** The text under a name; undefined if it is not given. */
export function text(data: DataObject, name: string): string | undefined {
  const given = data[name];
  return typeof given === "string" ? given : undefined;
}

/** The text under a name. Throws SuiteError if it is not given. */
export function mustText(data: DataObject, name: string): string {
  const given = text(data, name);
  if (given === undefined) throw new SuiteError(`a step lacks ${name}: ${JSON.stringify(data)}`);
  return given;
}

/** The number under a name; undefined if it is not given. */
export function count(data: DataObject, name: string): number | undefined {
  const given = data[name];
  return typeof given === "number" ? given : undefined;
}

/** The object under a name; empty if it is not given. */
export function object(data: DataObject, name: string): DataObject {
  const given = data[name];
  return isData(given) ? given : {};
}

/** One name, or a list of them. */
export function namesIn(data: Data): readonly string[] {
  if (typeof data === "string") return [data];
  return Array.isArray(data) ? data.filter((one: unknown) => typeof one === "string") : [];
}
