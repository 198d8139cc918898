import { encodeSignal } from "../../signal/index.js";
import type { Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, output, task, to } from "./drafts.js";
import type { PeerDraft } from "./peer.js";

/** A change that must be refused, made to a TASK for nobody that is accepted without it. */
interface WrongHeader {
  readonly requirement: string;
  readonly code: "MALFORMED" | "TOO_LARGE" | "UNIMPLEMENTED";
  readonly what: string;
  readonly change: (signal: Signal) => Signal | Uint8Array;
}

function field(requirement: string, what: string, change: (signal: Signal) => Partial<Signal>): WrongHeader {
  return { requirement, code: "MALFORMED", what, change: (signal) => ({ ...signal, ...change(signal) }) };
}

function large(requirement: string, what: string, change: (signal: Signal) => Partial<Signal>): WrongHeader {
  return { ...field(requirement, what, change), code: "TOO_LARGE" };
}

/** The bytes of a Signal with more behind them. */
function bytes(requirement: string, what: string, tail: readonly number[]): WrongHeader {
  return { requirement, code: "MALFORMED", what, change: (signal) => join(encodeSignal(signal), tail) };
}

function join(...parts: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/** A field of a later version, with an empty message. */
function laterBody(number: number): Pick<Signal, "body" | "_unknownFields"> {
  return { body: undefined, _unknownFields: { [(number << 3) | 2]: [new Uint8Array([0])] } };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);
const pairs = (count: number): Signal["meta"] => Object.fromEntries(names(count).map((name) => [name, ""]));
const ms = (count: number): Signal["timeout"] => ({
  seconds: BigInt(Math.floor(count / 1000)),
  nanos: (count % 1000) * 1_000_000,
});
const long = "x".repeat(4_097);

const wrongHeaders: readonly WrongHeader[] = [
  field("COS-ENV-001", "an id that is no ULID", ({ id }) => ({ id: id.toLowerCase() })),
  field("COS-ENV-001", "an id of a ULID that is too large", ({ id }) => ({ id: `evt_8${id.slice(5)}` })),
  field("COS-ENV-003", "a trace_id of another form", ({ traceId }) => ({ traceId: traceId.slice(4) })),
  field("COS-ENV-004", "no trace_id", () => ({ traceId: "" })),
  field("COS-ENV-004", "no trace_id on a REQUEST of an unknown type", () => ({ traceId: "", ...laterBody(500) })),
  field("COS-ENV-006", "no exchange", () => ({ exchange: 0 })),
  field("COS-ENV-007", "a TASK that is a PARTIAL", ({ id }) => ({ exchange: 3, parentId: id })),
  field("COS-ENV-007", "a TASK that is an EVENT", () => ({ exchange: 1 })),
  field("COS-ENV-008", "a parent_id of another form", ({ traceId }) => ({ parentId: traceId })),
  field("COS-ENV-034", "a reply without a parent_id", () => ({ exchange: 4, ...laterBody(500) })),
  field("COS-ENV-009", "a trace_id on a DISCOVER", () => ({ exchange: 5, body: { $case: "discover", value: {} } })),
  field("COS-ENV-012", "a source with a blank", () => ({ source: "a b" })),
  field("COS-ENV-012", "a source of 65 characters", () => ({ source: "a".repeat(65) })),
  field("COS-ENV-012", "an id in the address with a dot", () => ({ directed: to("a.b") })),
  field("COS-ENV-012", "a kind in the address with a slash", () => ({ directed: to({ type: "a/b" }) })),
  field("COS-ENV-012", "a capability in the address that is empty", () => ({ directed: to({ capabilities: [""] }) })),
  field("COS-ENV-013", "an empty address", () => ({ directed: to({}) })),
  large("COS-ENV-014", "an address of 65 capabilities", () => ({ directed: to({ capabilities: names(65) }) })),
  {
    ...bytes("COS-ENV-015", "an unknown fanout", []),
    change: (signal) => join(encodeSignal({ ...signal, directed: undefined }), [50, 5, 10, 1, 97, 32, 9]),
  },
  field("COS-ENV-018", "a timeout of zero", () => ({ timeout: ms(0) })),
  field("COS-ENV-018", "a timeout below zero", () => ({ timeout: { seconds: -1n, nanos: 0 } })),
  field("COS-ENV-018", "a timeout of half a millisecond", () => ({ timeout: { seconds: 1n, nanos: 500_000 } })),
  field("COS-ENV-018", "a timeout of over an hour", () => ({ timeout: ms(3_600_001) })),
  field("COS-ENV-019", "eleven attempts", () => ({ maxAttempts: 11 })),
  field("COS-ENV-020", "a wait_for_route below zero", () => ({ waitForRoute: { seconds: -1n, nanos: 0 } })),
  field("COS-ENV-020", "a wait_for_route of over an hour", () => ({ waitForRoute: ms(3_600_001) })),
  large("COS-ENV-022", "a long traceparent", () => ({ traceparent: long })),
  large("COS-ENV-022", "a long tracestate", () => ({ tracestate: long })),
  large("COS-ENV-023", "65 keys of meta", () => ({ meta: pairs(65) })),
  large("COS-ENV-023", "a long key of meta", () => ({ meta: { [long]: "" } })),
  large("COS-ENV-023", "a long value of meta", () => ({ meta: { key: long } })),
  bytes("COS-ENV-025", "a traceparent that is no UTF-8", [90, 1, 255]),
  bytes("COS-ENV-025", "a key of meta that is no UTF-8", [106, 3, 10, 1, 255]),
  bytes("COS-ENV-026", "a second source", [42, 1, 97]),
  bytes("COS-ENV-028", "the field number zero", [0, 0]),
  bytes("COS-ENV-028", "a group", [195, 62, 196, 62]),
  bytes("COS-ENV-028", "an overlong number", [192, 62, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]),
  bytes("COS-ENV-028", "a traceparent that is a number", [88, 1]),
  bytes("COS-ENV-028", "a field that is longer than what is there", [194, 62, 2, 0]),
  {
    ...bytes("COS-ENV-028", "a body that is longer than what is there", []),
    change: (signal) => join(encodeSignal({ ...signal, body: undefined }), [138, 1, 2, 0]),
  },
  field("COS-TYPE-002", "no body", () => ({ body: undefined })),
  field("COS-TYPE-002", "two bodies", () => ({ _unknownFields: laterBody(500)._unknownFields })),
  bytes("COS-TYPE-002", "the same body twice", [138, 1, 0]),
  bytes("COS-TYPE-003", "a body that is a number", [160, 31, 1]),
  field("COS-TYPE-013", "a STOP that names no Signal", () => ({
    exchange: 5,
    body: { $case: "stop", value: { requestId: "that one", reason: "" } },
  })),
  {
    ...field("COS-TYPE-006", "a CONTROL of an unknown type", () => ({ exchange: 5, ...laterBody(500) })),
    code: "UNIMPLEMENTED",
  },
];

const refusals = wrongHeaders.map(({ requirement, code, what, change }): SynapseCase => {
  return {
    name: `refuses ${what} with ${code}`,
    requirements: [requirement],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      checkEqual((await asker.publish(asker.make(task(asker, "ghost")))).rejection, undefined, "without the change");
      const detail = await asker.refusedSignal(change(asker.make(task(asker, "ghost"))), code);
      check(detail.requirement === requirement, `the reason is ${requirement}, not ${detail.requirement}`);
    },
  };
});

/** What a header may say, and what has no effect. */
export const headerCases: readonly SynapseCase[] = [
  ...refusals,
  {
    name: "accepts what is exactly at a limit of the header",
    requirements: ["COS-LIM-005", "COS-ENV-014", "COS-ENV-018", "COS-ENV-019", "COS-ENV-020", "COS-ENV-023"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const annotation = long.slice(1);
      const fitting: Partial<PeerDraft>[] = [
        { directed: to({ capabilities: names(64) }) },
        { timeout: ms(1) },
        { timeout: ms(3_600_000), waitForRoute: ms(3_600_000), maxAttempts: 10 },
        { waitForRoute: ms(0) },
        { meta: pairs(64) },
        { meta: { [annotation]: annotation }, traceparent: annotation, tracestate: annotation },
        { directed: to("a".repeat(64)) },
      ];
      for (const parts of fitting) await asker.send(task(asker, "ghost", parts));
    },
  },
  {
    name: "reads a fanout that is absent as ONE",
    requirements: ["COS-ENV-015"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      for (const id of ["a", "b"]) await worker.registerNeuron(id, { kind: "k" });
      await asker.send(task(asker, { type: "k", fanout: 0 }));
      await worker.fence();
      checkEqual(worker.inbox.length, 1, "deliveries");
    },
  },
  {
    name: "takes the fields of a Signal in any order, and delivers them so",
    requirements: ["COS-ENV-027", "COS-ENV-030"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { body, ...header } = asker.make(task(asker, "thinker"));
      const nothing = { ...header, id: "", traceId: "", exchange: 0, source: "" } as const;
      const bodyOnly = { ...nothing, directed: undefined, createdAt: undefined, body };
      const turned = join(encodeSignal(bodyOnly), encodeSignal({ ...header, body: undefined }));
      checkEqual((await asker.publish(turned)).rejection, undefined, "the receipt");
      checkEqual([...(await worker.nextWork()).bytes], [...turned], "the bytes");
    },
  },
  {
    name: "takes no notice of created_at and of annotations",
    requirements: ["COS-ENV-017", "COS-ENV-024", "COS-ROUTE-008"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      const odd: Partial<Signal>[] = [
        { createdAt: { seconds: 4_000_000_000n, nanos: 0 } },
        { createdAt: undefined, traceparent: "none", tracestate: "none" },
        { createdAt: { seconds: 1n, nanos: 0 }, meta: { timeout: "1", id: "evt_1", fanout: "ALL" } },
      ];
      const ids: string[] = [];
      for (const parts of odd) {
        const signal = { ...asker.make(task(asker, "thinker")), ...parts };
        checkEqual((await asker.publish(signal)).rejection, undefined, "the receipt");
        ids.push(signal.id);
      }
      for (const id of ids) {
        const work = await worker.nextWork();
        checkEqual([work.signal.id, work.note.remaining], [id, { seconds: 60n, nanos: 0 }], "the work");
        await worker.send(output(work));
      }
    },
  },
  {
    name: "takes no notice of what only a request may ask for on a reply",
    requirements: ["COS-ENV-021"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker"));
      const asks = { timeout: ms(0), waitForRoute: { seconds: -1n, nanos: 0 }, maxAttempts: 99, closeTrace: true };
      await worker.send(output(await worker.nextWork(), asks));
      await asker.nextReply("agentOutput");
      await asker.send(task(asker, "ghost", { traceId: signal.traceId }));
    },
  },
  {
    name: "does not read what is inside a body, unless it is one of CONTROL",
    requirements: ["COS-ENV-031"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const header = encodeSignal({ ...asker.make(task(asker, "ghost")), body: undefined });
      checkEqual((await asker.publish(join(header, [138, 1, 2, 255, 255]))).rejection, undefined, "a TASK of noise");
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "its outcome");
      const control = encodeSignal({ ...asker.make({ body: { $case: "discover", value: {} } }), body: undefined });
      await asker.refusedSignal(join(control, [218, 1, 2, 255, 255]), "MALFORMED");
    },
  },
  {
    name: "delivers contents byte for byte, whatever they are",
    requirements: ["COS-CONT-002", "COS-ENV-030"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const data = Uint8Array.from({ length: 100_000 }, (_, index) => (index * index) & 255);
      const input = { mediaType: "application/octet-stream", data, schema: "" };
      const draft = task(asker, "thinker");
      await asker.send({ ...draft, body: { $case: "task", value: { input, context: undefined } } });
      const { body } = (await worker.nextWork()).signal;
      check(body?.$case === "task", "a TASK");
      checkEqual(body.value.input?.data.join(), data.join(), "the data");
    },
  },
];
