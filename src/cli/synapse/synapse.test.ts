import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { createDeferred } from "../../foundation/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { parsed, runCosmo, startCosmo } from "../../testing/console/index.js";

let folder = "";
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-synapse-"));
  closing.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const start = (...flags: string[]): string[] => ["synapse", "start", "memory", "--port", "0", "-n", "demo", ...flags];

/** A bus in this process with a Neuron at work in `demo`; `asked` resolves when it has its task. */
async function startBusy(tokens?: ConstructorParameters<typeof SynapseServer>[0]) {
  const server = new SynapseServer({ port: 0, ...tokens });
  closing.push(() => server.close());
  const { url } = await server.start();
  const asked = createDeferred<void>();
  const dendrite = new Dendrite({ synapse: server.local(), namespace: "demo", dendriteId: "host" });
  closing.push(() => dendrite.close());
  await dendrite.attachAxon(
    new Axon({
      neuronId: "thinker",
      neuron: (_input, _context, { abort }) => {
        asked.resolve();
        return new Promise((resolve) => {
          abort.addEventListener("abort", () => resolve("stopped"), { once: true });
        });
      },
    }),
  );
  await dendrite.start();
  const outcome = dendrite.dispatchAndWait({ neuron: "thinker", input: {} }).catch((thrown: unknown) => thrown);
  await asked.promise;
  return { url, outcome };
}

describe("cosmo synapse start", () => {
  test("says where it is, how to connect and how to stop, and streams what crosses it", async () => {
    const ready = join(folder, "ready.json");
    await using bus = startCosmo(start("--ready-file", ready, "--color", "never"));
    const [, url = ""] = await bus.says(/Synapse at (cosmo:\/\/127\.0\.0\.1:\d+)/);
    expect(bus.stdout).toContain(`connectSynapse("${url}")`);
    expect(bus.stdout).toContain("stop       Ctrl-C");
    expect(JSON.parse(readFileSync(ready, "utf8"))).toMatchObject({ url, namespace: "demo", pid: bus.pid });
    const synapse = await connectSynapse(url);
    closing.push(() => synapse.close());
    const dendrite = new Dendrite({ synapse, namespace: "demo" });
    closing.push(() => dendrite.close());
    await dendrite.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input }));
    await dendrite.start();
    await dendrite.dispatchAndWait({ neuron: "echo", input: { question: "who is there?" } });
    await bus.says(/TASK +\S+ +\{"question":"who is there\?"\}[\s\S]*AGENT_OUTPUT/);
    await dendrite.close();
    bus.signal("SIGTERM");
    expect(await bus.ended()).toMatchObject({ exit: 0, stderr: expect.stringContaining("draining") });
    expect(existsSync(ready)).toBe(false);
  });

  test("with --quiet shows no Signals, and Ctrl-C ends it with 130", async () => {
    await using bus = startCosmo(start("--quiet", "-o", "json", "--metrics-port", "0"));
    const [line] = await bus.says(/\{.*\}/);
    const facts: unknown = JSON.parse(line);
    expect(facts).toMatchObject({ namespace: "demo", host: "127.0.0.1" });
    const { metrics_url: metrics } = parsed<{ metrics_url: string }>(line);
    expect(await (await fetch(metrics)).text()).toContain("cosmonapse_");
    bus.signal("SIGINT");
    const { exit, stdout } = await bus.ended();
    expect([exit, JSON.parse(stdout)]).toEqual([130, facts]);
  });

  test("names who has its port, and what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    closing.push(() => other.close());
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { exit, stdout, stderr } = await runCosmo(["synapse", "start", "memory", "--port", port]);
    expect([exit, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(new RegExp(`^\\[UNAVAILABLE\\] .*${port}.*--port.*\\n$`));
    if (process.platform === "linux") expect(stderr).toContain(`taken by process ${process.pid}`);
  });

  test.each([
    [["sqlite"], /Allowed choices are memory/],
    [["memory", "--port", "70000"], /whole number from 0 to 65535/],
    [["memory", "-n", "no name"], /'no name' is no name/],
    [["memory", "--limit", "speed=9"], /'speed=9' is no limit.*maxInFlight/],
    [["memory", "--tls-cert", "a.pem"], /--tls-cert and --tls-key are given together/],
    [["memory", "--client-ca", "a.pem"], /--client-ca needs --tls-cert/],
    [["memory", "--host", "0.0.0.0", "--port", "0"], /0\.0\.0\.0/],
    [["memory", "--tokens", "/nowhere/tokens.json", "--port", "0"], /nowhere/],
    [["memory", "--ready-file", "/nowhere/ready", "--port", "0", "-q"], /--ready-file/],
  ])("refuses %j in one line", async (words, message) => {
    const { exit, stdout, stderr } = await runCosmo(["synapse", "start", ...words, "-o", "json"]);
    expect(exit).toBe(2);
    expect(stdout).toBe("");
    expect(parsed<{ error: { message: string; available?: string[] } }>(stderr).error).toBeDefined();
    expect(stderr).toMatch(message);
  });
});

describe("cosmo synapse view", () => {
  test("shows namespaces, and of one its participants and what is in flight", async () => {
    const { url } = await startBusy();
    const all = await runCosmo(["synapse", "view", "--url", url, "-o", "json"]);
    expect(all.exit).toBe(0);
    expect(JSON.parse(all.stdout)).toEqual({
      url,
      namespaces: [expect.objectContaining({ namespace: "demo", participants: 1, requests: 1 })],
    });
    const own = await runCosmo(["synapse", "view", "--url", url, "-n", "demo", "-o", "json"]);
    expect(JSON.parse(own.stdout)).toMatchObject({
      participants: [{ id: "thinker", role: "neuron", dendrite_id: "host", in_flight: 1, suspect: false }],
      requests: [{ type: "TASK", waiting_for: ["thinker"], attempt: 1 }],
      requests_total: 1,
    });
    const { stdout } = await runCosmo(["synapse", "view", "--url", url, "-n", "demo"]);
    expect(stdout).toMatch(/^NAMESPACE +SESSIONS[\s\S]*\nthinker +neuron +host[\s\S]*\nevt_\w+ +TASK +thinker +1 /);
  });

  test("says so where nobody is", async () => {
    const { url } = await startBusy();
    const { exit, stdout } = await runCosmo(["synapse", "view", "--url", url, "-n", "elsewhere"]);
    expect([exit, stdout]).toEqual([0, "Nobody is here.\n\nNo participants.\n\nNo requests in flight.\n"]);
  });
});

describe("cosmo synapse stop", () => {
  test("ends what is in flight in a namespace; again, there is nothing to end", async () => {
    const { url, outcome } = await startBusy();
    const stop = ["synapse", "stop", "--url", url, "-n", "demo", "--reason", "lunch"];
    expect(await runCosmo(stop)).toEqual({ exit: 0, stdout: "Stopped in demo: 1 requests, 1 traces\n", stderr: "" });
    expect(await outcome).toMatchObject({ code: "CANCELLED", message: expect.stringContaining("lunch") });
    const again = await runCosmo([...stop, "-o", "json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ namespace: "demo", requests: 0 });
  });

  test("ends the process of a ready file, and does nothing where it is gone", async () => {
    const ready = join(folder, "ready.json");
    await using bus = startCosmo(start("--ready-file", ready, "-q"));
    await bus.says(/Synapse at/);
    const { pid } = bus;
    const stop = ["synapse", "stop", "--ready-file", ready];
    expect(await runCosmo(stop)).toEqual({ exit: 0, stdout: `Stopped process ${pid}\n`, stderr: "" });
    expect((await bus.ended()).exit).toBe(0);
    const again = await runCosmo([...stop, "-o", "json"]);
    expect([again.exit, JSON.parse(again.stdout)]).toEqual([0, { pid: null, stopped: false }]);
  });

  test("refuses to guess", async () => {
    const nothing = await runCosmo(["synapse", "stop"]);
    expect([nothing.exit, nothing.stderr]).toEqual([2, expect.stringContaining("Nothing says what to stop")]);
    const file = join(folder, "other.json");
    writeFileSync(file, '{"pid": 1}');
    const other = await runCosmo(["synapse", "stop", "--ready-file", file]);
    expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining("was not written by")]);
  });

  test("needs the right of an operator", async () => {
    const token = "a-token-of-someone-else";
    const sha256 = createHash("sha256").update(token).digest("hex");
    const entry = { sha256, principal: "someone", namespaces: ["demo"], rights: ["PARTICIPATE"] };
    const { url } = await startBusy({ tokens: { entries: [entry] } });
    for (const command of [["stop", "-n", "demo"], ["view"]]) {
      const { exit, stderr } = await runCosmo(["synapse", ...command, "--url", url], { env: { COSMO_TOKEN: token } });
      expect([exit, stderr]).toEqual([3, expect.stringContaining("OPERATE")]);
      expect(stderr).not.toContain(token);
    }
  });
});
