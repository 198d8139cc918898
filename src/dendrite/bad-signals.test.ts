import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { encodeSignal } from "../signal/index.js";
import { Scene, type Delivered, type Peer, type PeerDraft } from "../testing/index.js";

const echo = new Axon({ neuronId: "echo", neuron: (input) => input });

function task(peer: Peer, id: string): PeerDraft {
  const value = { input: undefined, context: undefined };
  const directed = { id, type: "", capabilities: [], fanout: 1 as const };
  return { traceId: peer.ids.traceId(), directed, body: { $case: "task", value } };
}

/** A Signal whose body is a field of the number and these bytes: the header is fine, whatever the body is. */
function withBody(peer: Peer, draft: PeerDraft, body: { field: number; bytes: readonly number[] }): Uint8Array {
  const header = encodeSignal({ ...peer.make(draft), body: undefined });
  const tag = (body.field << 3) | 2;
  return Uint8Array.from([...header, (tag & 0x7f) | 0x80, tag >>> 7, body.bytes.length, ...body.bytes]);
}

/** Field 1, with a length that is longer than the bytes that are there. */
const broken = [10, 100];

function reply(work: Delivered, parts: Partial<PeerDraft> & Pick<PeerDraft, "body">): PeerDraft {
  const { traceId, id: parentId } = work.signal;
  return { traceId, parentId, source: work.note.participant, exchange: 4, ...parts };
}

const output = (text: string, part = 0) => {
  const content = { mediaType: "", data: new TextEncoder().encode(text), schema: "" };
  return { $case: "agentOutput", value: { output: content, part, parts: 0 } } as const;
};

describe("a request of a type that the addressee does not serve is UNIMPLEMENTED", () => {
  test.each([
    ["a type of a later version, to a Neuron", "echo", "TYPE_31"],
    ["a type of a later version, to an Engram", "ctx", "TYPE_31"],
  ])("%s", async (_what, id, named) => {
    await using scene = new Scene();
    await scene.open("worker", [echo, new InMemoryEngram({ engramId: "ctx", engramKind: "c", clock: scene.clock })]);
    const peer = await scene.peer("peer");

    const draft = { ...task(peer, id), exchange: 2 as const };
    await peer.publish(withBody(peer, draft, { field: 31, bytes: [1, 2, 3] }));
    const { signal } = await peer.nextReply("error");

    expect(signal).toMatchObject({
      source: id,
      body: { value: { detail: { code: 16, requirement: "COS-TYPE-005" } } },
    });
    expect(signal.body?.$case === "error" && signal.body.value.detail?.message).toContain(named);
  });

  test("an Axon and an Engram say so themselves of a type that the Synapse would never give them", async () => {
    await using scene = new Scene();
    const peer = await scene.peer("peer");
    const recall = peer.make({
      ...task(peer, "echo"),
      body: { $case: "recall", value: { query: undefined, mode: 1 } },
    });
    const unused = async (): Promise<never> => Promise.reject(new RangeError("not used"));
    const host = {
      abort: new AbortController().signal,
      attempt: 1,
      remainingMs: () => 1,
      emit: unused,
      recall: unused,
      imprint: unused,
      dispatch: () => expect.fail("not used"),
    };

    expect(await echo.handle(recall, host)).toMatchObject({
      $case: "error",
      detail: { code: 16, message: "'echo' is a Neuron and does not answer RECALL" },
    });
  });
});

describe("a body that cannot be read", () => {
  test("of a request is answered with MALFORMED, and everything else goes on", async () => {
    await using scene = new Scene();
    await scene.open("worker", [echo]);
    const peer = await scene.peer("peer");
    const draft = { ...task(peer, "echo"), exchange: 2 as const };

    await peer.publish(withBody(peer, draft, { field: 17, bytes: broken }));
    const { signal } = await peer.nextReply("error");

    expect(signal).toMatchObject({ source: "echo", body: { value: { detail: { code: 1 } } } });
    expect(scene.errors.splice(0)).toMatchObject([{ code: "MALFORMED" }]);
    const asker = await scene.open("asker");
    expect((await asker.dispatchAndWait({ neuron: "echo", input: 1 })).output).toBe(1);
  });

  test("of an answer fails its task with MALFORMED, and nothing else", async () => {
    await using scene = new Scene();
    await scene.open("worker", [echo]);
    const peer = await scene.peer("peer");
    await peer.registerNeuron("odd");
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "odd" });
    const draft = reply(await peer.nextWork(), { body: output("1") });
    await peer.publish(withBody(peer, draft, { field: 18, bytes: broken }), 1);

    await expect(answer).rejects.toMatchObject({ code: "MALFORMED" });
    expect(scene.errors.splice(0)).toMatchObject([{ code: "MALFORMED" }]);
    expect((await asker.dispatchAndWait({ neuron: "echo", input: 1 })).output).toBe(1);
  });

  test("of what is observed is a Signal that the consumer missed", async () => {
    await using scene = new Scene();
    const peer = await scene.peer("peer");
    const watcher = await scene.open("watcher", [], { role: "observer" });
    const observations = watcher.observe({ types: [29] });

    const draft: PeerDraft = {
      traceId: peer.ids.traceId(),
      exchange: 1,
      body: { $case: "stopped", value: { requestId: "" } },
    };
    const { position } = await peer.publish(withBody(peer, draft, { field: 29, bytes: broken }));
    await peer.send(draft);

    const seen: unknown[] = [];
    for await (const one of observations) {
      if (one.kind === "gap") seen.push(one);
      if (one.kind === "signal") break;
    }
    expect(seen).toEqual([{ kind: "gap", first: position, last: position, missed: 1n }]);
    expect(scene.errors.splice(0)).toMatchObject([{ code: "MALFORMED" }]);
  });
});

describe("an answer that makes no sense", () => {
  test.each([
    ["is no JSON", output("{"), "INVALID_OUTPUT"],
    ["is an ERROR without a detail", { $case: "error", value: { detail: undefined } } as const, "MALFORMED"],
  ])("because it %s fails its task alone", async (_what, body, code) => {
    await using scene = new Scene();
    const peer = await scene.peer("peer");
    await peer.registerNeuron("odd");
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "odd" });
    await peer.send(reply(await peer.nextWork(), { body }), 1);

    await expect(answer).rejects.toMatchObject({ code });
    expect(await asker.registry()).toHaveLength(1);
  });

  test("because a part of it is no JSON fails its task, and stops who makes it", async () => {
    await using scene = new Scene();
    const peer = await scene.peer("peer");
    await peer.registerNeuron("odd");
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "odd" });
    const work = await peer.nextWork();
    await peer.send(reply(work, { exchange: 3, body: output("{", 1) }), 1);

    await expect(pathway.outcome).rejects.toMatchObject({ code: "INVALID_OUTPUT" });
    expect((await peer.nextStop()).note.requestId).toBe(pathway.taskId);
  });

  test("because it has an error code of a later version goes by what the detail says", async () => {
    await using scene = new Scene();
    const peer = await scene.peer("peer");
    await peer.registerNeuron("odd");
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "odd" });
    const draft = reply(await peer.nextWork(), { body: output("1") });
    // code 999, message "new", retryable
    const detail = [8, 0xe7, 7, 18, 3, 0x6e, 0x65, 0x77, 24, 1];
    await peer.publish(withBody(peer, draft, { field: 24, bytes: [10, detail.length, ...detail] }), 1);

    await expect(answer).rejects.toMatchObject({ code: "CODE_999", retryable: true, message: "[CODE_999] new" });
  });
});

test("an error that a Neuron throws crosses whatever its message is", async () => {
  await using scene = new Scene({ signalBytes: 10_000 });
  const loud = new Axon({ neuronId: "loud", neuron: () => Promise.reject(new RangeError("\ud800".repeat(20_000))) });
  await scene.open("worker", [loud]);
  const asker = await scene.open("asker");

  const answer = asker.dispatchAndWait({ neuron: "loud" });

  await expect(answer).rejects.toMatchObject({ code: "NEURON_FAILED" });
});
