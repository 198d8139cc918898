import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, failure, output, task } from "./drafts.js";
import type { Peer, PeerDraft } from "./peer.js";

const plain: RegisterBody = {
  id: "thinker",
  role: 1,
  kind: "",
  capabilities: [],
  version: "",
  maxInFlight: 0,
  retrySafe: false,
  storeId: "",
  description: "",
};

function register(parts: Partial<RegisterBody>): PeerDraft {
  return { body: { $case: "register", value: { ...plain, ...parts } } };
}

function deregister(id: string, reason: 1 | 3 = 1): PeerDraft {
  return { body: { $case: "deregister", value: { id, reason } } };
}

interface WrongControl {
  readonly requirement: string;
  readonly code: "MALFORMED" | "TOO_LARGE";
  readonly what: string;
  readonly draft: PeerDraft;
}

function malformed(requirement: string, what: string, draft: PeerDraft): WrongControl {
  return { requirement, code: "MALFORMED", what, draft };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

const wrongControls: readonly WrongControl[] = [
  malformed("COS-REG-002", "a REGISTER without an id", register({ id: "" })),
  malformed("COS-REG-002", "a REGISTER of the id of the Synapse", register({ id: "synapse" })),
  malformed("COS-REG-003", "a REGISTER without a role", register({ role: 0 })),
  malformed("COS-REG-004", "a REGISTER of a kind with a blank", register({ kind: "a b" })),
  malformed("COS-REG-004", "a REGISTER of a capability twice", register({ capabilities: ["a", "a"] })),
  malformed("COS-REG-004", "a REGISTER of an empty capability", register({ capabilities: [""] })),
  {
    ...malformed("COS-REG-004", "a REGISTER of 65 capabilities", register({ capabilities: names(65) })),
    code: "TOO_LARGE",
  },
  malformed("COS-REG-017", "a REGISTER of an Engram without a store", register({ role: 2 })),
  malformed("COS-REG-017", "a REGISTER of a Neuron with a store", register({ storeId: "s" })),
  { ...malformed("COS-REG-022", "a long version", register({ version: "é".repeat(33) })), code: "TOO_LARGE" },
  malformed("COS-REG-023", "a DEREGISTER with the reason of the Synapse", deregister("mine", 3)),
];

const refusals = wrongControls.map(({ requirement, code, what, draft }): SynapseCase => {
  return {
    name: `refuses ${what} with ${code}`,
    requirements: [requirement],
    run: async ({ peer }) => {
      const worker = await peer("worker");
      await worker.send(register({ id: "mine" }));
      const detail = await worker.refused(draft, code);
      check(detail.requirement === requirement, `the reason is ${requirement}, not ${detail.requirement}`);
    },
  };
});

async function both(peer: (id: string) => Promise<Peer>): Promise<readonly [Peer, Peer]> {
  return [await peer("worker"), await peer("asker")];
}

/** Who is registered, and what they get. */
export const registrationCases: readonly SynapseCase[] = [
  ...refusals,
  {
    name: "accepts a REGISTER with all that fits, and with fields of a later version",
    requirements: ["COS-LIM-005", "COS-REG-004", "COS-REG-022", "COS-TYPE-012"],
    run: async ({ peer }) => {
      const [worker, asker] = await both(peer);
      const id = "a".repeat(64);
      const draft = register({ id, kind: id, capabilities: names(64), version: "é".repeat(32) });
      const signal = worker.make({ ...draft, _unknownFields: { [(2000 << 3) | 2]: [new Uint8Array([1, 0])] } });
      checkEqual((await worker.publish(signal)).rejection, undefined, "the receipt");
      await asker.send(task(asker, { id, type: id, capabilities: names(64) }));
      await worker.nextWork();
    },
  },
  {
    name: "gives nothing that waits to a registration that was withdrawn, also when its session answers",
    requirements: ["COS-REG-011"],
    run: async ({ peer }) => {
      const [leaving, staying, asker] = [await peer("leaving"), await peer("staying"), await peer("asker")];
      for (const worker of [leaving, staying]) await worker.registerNeuron("thinker", { maxInFlight: 1 });
      for (let count = 0; count < 3; count += 1) await asker.send(task(asker, "thinker"));
      const [held, other] = [await leaving.nextWork(), await staying.nextWork()];
      await leaving.send(deregister("thinker"));
      await leaving.send(output(held));
      await leaving.fence();
      checkEqual(leaving.inbox.length, 0, "deliveries to the one that is withdrawn");
      await staying.send(output(other));
      await staying.nextWork();
    },
  },
  {
    name: "lets work answer under an id that was withdrawn since",
    requirements: ["COS-REG-011", "COS-ENV-010"],
    run: async ({ peer }) => {
      const [worker, asker] = await both(peer);
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.send(deregister("thinker"));
      await worker.send(failure(work));
      await asker.nextReply("error");
      await worker.refused(task(worker, "ghost", { source: "thinker" }), "PERMISSION_DENIED");
    },
  },
  {
    name: "lets a REGISTER come from the dendrite or from the id that it registers, and from no other",
    requirements: ["COS-ENV-010"],
    run: async ({ peer }) => {
      const worker = await peer("worker");
      await worker.send({ ...register({ id: "one" }), source: "one" });
      await worker.refused({ ...register({ id: "two" }), source: "one" }, "PERMISSION_DENIED");
      await worker.refused({ ...register({ id: "two" }), source: "synapse" }, "PERMISSION_DENIED");
    },
  },
  {
    name: "suspects a registration that no HEARTBEAT names, and no other",
    requirements: ["COS-REG-013", "COS-REG-014", "COS-ROUTE-018"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = await both(peer);
      await worker.registerNeuron("a");
      await worker.registerNeuron("b");
      clock.advance(15_000);
      await asker.send(task(asker, "a"));
      await worker.nextWork();
      await worker.send({ body: { $case: "heartbeat", value: { ids: ["b"] } } });
      clock.advance(1);
      await asker.send(task(asker, "a"));
      await asker.send(task(asker, "b"));
      checkEqual((await worker.nextWork()).note.participant, "b", "the one with a HEARTBEAT");
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries to the suspect");
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes while it waits for the suspect");
    },
  },
  {
    name: "gives what waits to a registration that replaced one without the capability",
    requirements: ["COS-REG-005", "COS-ROUTE-006", "COS-ROUTE-010"],
    run: async ({ peer }) => {
      const [worker, asker] = await both(peer);
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, { capabilities: ["new"] }, { waitForRoute: { seconds: 5n, nanos: 0 } }));
      await worker.registerNeuron("thinker", { capabilities: ["new"] });
      await worker.nextWork();
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries while the slot is taken");
      await worker.registerNeuron("thinker", { maxInFlight: 2 });
      await worker.nextWork();
    },
  },
  {
    name: "ends what waits for a capability that a replacing registration gave up",
    requirements: ["COS-REG-005", "COS-ROUTE-015"],
    run: async ({ peer }) => {
      const [worker, asker] = await both(peer);
      await worker.registerNeuron("thinker", { maxInFlight: 1, capabilities: ["old"] });
      await asker.send(task(asker, { capabilities: ["old"] }));
      const second = await asker.send(task(asker, { capabilities: ["old"] }));
      await worker.nextWork();
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), reply.signal.parentId], ["UNROUTABLE", second.signal.id], "the one that waited");
    },
  },
  {
    name: "bounds the registrations of a session, and lets it replace one at the bound",
    requirements: ["COS-LIM-004", "COS-LIM-005", "COS-REG-005"],
    limits: { registrations: 2 },
    run: async ({ peer }) => {
      const worker = await peer("worker");
      await worker.send(register({ id: "a" }));
      await worker.send(register({ id: "b" }));
      await worker.refused(register({ id: "c" }), "OVERLOADED");
      await worker.send(register({ id: "b", kind: "new" }));
      await worker.send(deregister("a"));
      await worker.send(register({ id: "c" }));
    },
  },
  {
    name: "bounds the sessions of a namespace, and the namespaces",
    requirements: ["COS-LIM-004"],
    limits: { sessions: 1, namespaces: 2 },
    run: async ({ peer }) => {
      const codes: string[] = [];
      for (const namespace of ["one", "one", "two", "three"]) {
        const opened = peer("worker", { namespace }).then(
          () => "open",
          (thrown: unknown) => (thrown instanceof Error && "code" in thrown ? String(thrown.code) : "untyped"),
        );
        codes.push(await opened);
      }
      checkEqual(codes, ["open", "OVERLOADED", "open", "OVERLOADED"], "what became of each");
    },
  },
];
