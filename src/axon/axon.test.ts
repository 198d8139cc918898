import { describe, expect, test } from "vitest";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { errorName } from "../errors/index.js";
import type { Neuron } from "../neuron/index.js";
import { createIdSource, createSignal, decodeJson, encodeJson } from "../signal/index.js";
import { FakeClock } from "../testing/index.js";
import { Axon, type AxonHost, type ReplyDraft } from "./index.js";

const clock = new FakeClock();
const ids = createIdSource(clock);

function task(input?: Content, context?: Content): Signal {
  const traceId = ids.traceId();
  return createSignal({ traceId, source: "asker", body: { $case: "task", value: { input, context } } }, ids, clock);
}

/** A host without a Synapse: it keeps the parts. */
function createHost(): { host: AxonHost; parts: unknown[]; abort: AbortController } {
  const parts: unknown[] = [];
  const abort = new AbortController();
  const host: AxonHost = {
    abort: abort.signal,
    attempt: 3,
    remainingMs: () => 250,
    emit: async (output) => void parts.push(decodeJson(output, null, "INTERNAL")),
    recall: () => expect.fail("not asked for"),
    imprint: () => expect.fail("not asked for"),
    dispatch: () => expect.fail("not asked for"),
  };
  return { host, parts, abort };
}

/** An answer, or the code and the effect of an error. */
function read(draft: ReplyDraft): unknown {
  if (draft.$case === "agentOutput") return decodeJson(draft.output, null, "INTERNAL");
  return `${errorName(draft.detail.code)} ${draft.detail.effect}`;
}

const json = (value: unknown): Content => encodeJson(value, "INTERNAL");

describe("an Axon", () => {
  test("answers a TASK without any Synapse: input and context go in, parts and the answer come out", async () => {
    const neuron: Neuron = async function* (input, context, { task: { attempt, remainingMs } }) {
      yield [input, context];
      return [attempt, remainingMs()];
    };
    const { host, parts } = createHost();

    const draft = await new Axon({ neuronId: "a", neuron }).handle(task(json("in"), json({ user: "me" })), host);

    expect(read(draft)).toEqual([3, 250]);
    expect(parts).toEqual([["in", { user: "me" }]]);
  });

  test("reads application/json in any case and with parameters, and null and {} for what is absent", async () => {
    const axon = new Axon({ neuronId: "a", neuron: (input, context) => [input, context] });
    const { host } = createHost();
    const content = { ...json(1), mediaType: "Application/JSON; charset=utf-8" };

    expect(read(await axon.handle(task(content), host))).toEqual([1, {}]);
    expect(read(await axon.handle(task(), host))).toEqual([null, {}]);
  });

  test("says that nothing was done only if the Neuron never began", async () => {
    const throws = new Axon({ neuronId: "a", neuron: () => Promise.reject(new RangeError("no")) });
    const unbound: Neuron = async (_input, _context, { recall }) => (await recall("nowhere")).hits.length;
    const { host } = createHost();

    expect(read(await throws.handle(task(undefined, json([])), host))).toBe("INVALID_INPUT 1");
    expect(read(await throws.handle(task(), host))).toBe("NEURON_FAILED 2");
    expect(read(await new Axon({ neuronId: "a", neuron: unbound }).handle(task(), host))).toBe("UNKNOWN_BINDING 2");
  });

  test("never rejects, whatever its host does", async () => {
    const { host } = createHost();
    const broken: AxonHost = { ...host, emit: () => Promise.reject(new RangeError("no link")) };
    const neuron: Neuron = async function* () {
      yield 1;
    };

    expect(read(await new Axon({ neuronId: "a", neuron }).handle(task(), broken))).toBe("NEURON_FAILED 2");
  });
});
