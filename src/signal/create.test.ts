import { describe, expect, test } from "vitest";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { systemClock } from "../foundation/index.js";
import { createIdSource, createSignal, isSignalId } from "./index.js";

const clock = { ...systemClock, wallMs: () => 1500 };
const discover = { $case: "discover", value: {} } as const;
const output = { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } } as const;

describe("a new Signal", () => {
  test("has an id, an instant, and the exchange of its type", () => {
    const signal = createSignal({ source: "me", body: discover }, createIdSource(), clock);
    expect(signal).toMatchObject({ source: "me", exchange: Exchange.CONTROL, traceId: "", meta: {} });
    expect(signal.createdAt).toEqual({ seconds: 1n, nanos: 500_000_000 });
    expect(isSignalId(signal.id)).toBe(true);
  });

  test("keeps what its draft says", () => {
    const draft = { id: "evt_1", source: "me", exchange: Exchange.EVENT, meta: { a: "b" }, body: discover };
    expect(createSignal(draft, createIdSource(), clock)).toMatchObject(draft);
  });

  test("is refused without an exchange where its type has two", () => {
    expect(() => createSignal({ source: "me", body: output }, createIdSource(), clock)).toThrow(
      "[INVALID_ARGUMENT] AGENT_OUTPUT needs an exchange",
    );
    const partial = createSignal({ source: "me", exchange: Exchange.PARTIAL, body: output }, createIdSource(), clock);
    expect(partial.exchange).toBe(Exchange.PARTIAL);
  });
});
