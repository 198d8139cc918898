import { Ajv2020 } from "ajv/dist/2020.js";
import { readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import type { Additions, Schema } from "../wire/schema.js";
import { encodeMessage } from "../wire/writer.js";
import type { Value } from "../wire/value.js";
import { filled, typicalOf } from "./values.js";
import { shown, type WireCase } from "./wire-case.js";

const fields = {
  type: "object",
  minProperties: 1,
  additionalProperties: {
    type: "object",
    additionalProperties: false,
    required: ["number", "type"],
    properties: {
      number: { type: "integer", minimum: 1 },
      type: { type: "string" },
      repeated: { const: true },
      oneof: { type: "string" },
    },
  },
};
const isAdditions = new Ajv2020().compile<Additions>({
  type: "object",
  additionalProperties: false,
  required: ["messages", "fields", "values"],
  properties: {
    messages: { type: "object", additionalProperties: fields },
    fields: { type: "object", additionalProperties: fields },
    values: {
      type: "object",
      additionalProperties: { type: "object", minProperties: 1, additionalProperties: { type: "integer", minimum: 1 } },
    },
  },
});

/** What the schema of the future has beside that of today. Throws SuiteError for a file that says nothing of it. */
export function readFuture(): Additions {
  const read = readYaml("conformance", "vectors", "future.yaml");
  if (isAdditions(read)) return read;
  const [error] = isAdditions.errors ?? [];
  throw new SuiteError(`vectors/future.yaml: ${error?.instancePath ?? ""} ${error?.message ?? ""}`);
}

/**
 * Messages as a later version would write them, read again by its schema: a suite with the schema of today alone could not
 * see what of them was lost. Each message with all of its fields, each new field alone, and each new value of an enum.
 */
export function futureCases(future: Schema, { fields: added, values }: Additions, today: string): readonly WireCase[] {
  const messages = future.messages(today).filter((message) => !message.endsWith("Traits"));
  return messages.flatMap((message) => {
    const short = message.slice(today.length + 1);
    const make = (name: string, value: Value, requirements: readonly string[]): WireCase => ({
      id: `codec/future/${short}/${name}`,
      message,
      bytes: encodeMessage(future, message, value),
      expect: "same",
      requirements,
      needs: [],
    });
    const own = future.fields(message).filter(({ name }) => added[short]?.[name] !== undefined);
    const whole = filled(future, message, 2);
    const both = [shown.unknownIsNoFailure, shown.unknownIsKept];
    const alone = own.map((field) => make(field.name, { [field.name]: typicalOf(future, field, 2) ?? "" }, both));
    const enums = future.fields(message).flatMap(({ name, type, shape }) => {
      const numbers = Object.values(values[type.slice(today.length + 1)] ?? {});
      return numbers.map((number) =>
        make(`${name}-${number}`, { [name]: shape === "repeated" ? [number] : number }, [shown.unknownIsNoFailure]),
      );
    });
    return [...(own.length === 0 ? [] : [make("filled", whole, both)]), ...alone, ...enums];
  });
}
