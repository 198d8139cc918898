import type { ErrorObject } from "ajv";

/** What is wrong with a line, in words, out of the first error that the schema gave. */
export function faultWords(errors: readonly ErrorObject[] | null | undefined): string {
  const [error] = errors ?? [];
  if (error === undefined) return "it is not as the schema says";
  const place = error.instancePath === "" ? "the line" : error.instancePath.slice(1).replaceAll("/", ".");
  const { keyword, params, message = "" } = error;
  // What ajv says of each keyword, as far as it is looked at.
  const { additionalProperty, allowedValues, allowedValue, missingProperty, type } = params as Readonly<
    Record<string, unknown>
  >;
  switch (keyword) {
    case "additionalProperties":
      return `${place} has ${JSON.stringify(additionalProperty)}, which there is not`;
    case "required":
      return `${place} lacks ${JSON.stringify(missingProperty)}`;
    case "enum":
      return `${place} is none of ${Array.isArray(allowedValues) ? allowedValues.join(", ") : ""}`;
    case "const":
      return `${place} is not ${JSON.stringify(allowedValue)}`;
    case "type":
      return `${place} is no ${String(type)}; a field that is left out is absent, null is never sent`;
    case "minProperties":
    case "maxProperties":
      return `${place} does not hold seq and exactly one answer`;
    default:
      return `${place} ${message}`;
  }
}
