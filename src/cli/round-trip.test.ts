import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { startCosmo } from "../testing/console/index.js";

const role = resolve("dist/src/examples/role.js");
const ends: (() => Promise<unknown>)[] = [];

/** A line of doppler, as far as it is looked at. */
interface Line {
  readonly kind: string;
  readonly type?: string;
  readonly signal?: { readonly trace_id: string };
}

function play(name: string, url: string): ChildProcess {
  const child = spawn(process.execPath, [role, name, url], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  ends.push(async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await exited;
  });
  return child;
}

async function say(child: ChildProcess): Promise<string> {
  if (child.stdout === null) return "";
  const [text]: unknown[] = await once(child.stdout, "data");
  return String(text);
}

// The seed's last section: the main job on a bus of its own, memory, worker and orchestrator as processes, and watched.
test("the memory round-trip is threaded through the trace of the TASK that caused it", async () => {
  await using bus = startCosmo(["synapse", "start", "memory", "--namespace=demo", "--port", "0", "--quiet"]);
  const [, url = ""] = await bus.says(/Synapse at (cosmo:\S+:\d+)/);
  await using doppler = startCosmo(["doppler", `--url=${url}`, "-n", "demo", "-o", "jsonl"]);
  await doppler.says(/what follows is live/);
  try {
    for (const service of ["host", "worker"]) await say(play(service, url));
    const orchestrator = play("orchestrator", url);
    expect(await say(orchestrator)).toContain("[first call ] computed");
    expect(await once(orchestrator, "exit")).toEqual([0, null]);
    await doppler.says(/("type":"FINAL".*\n[^]*){2}/);
  } finally {
    for (const end of ends.splice(0)) await end();
  }
  doppler.signal("SIGINT");
  const { exit, stdout } = await doppler.ended();
  expect(exit).toBe(130);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line): Line => JSON.parse(line));
  const first = lines.find(({ type }) => type === "TASK")?.signal?.trace_id;
  const trace = lines.filter(({ signal }) => signal?.trace_id === first).map(({ type }) => type);
  expect(trace).toEqual(["TASK", "RECALL", "RECALLED", "IMPRINT", "IMPRINTED", "AGENT_OUTPUT", "FINAL"]);
  expect(lines.filter(({ kind }) => kind === "gap")).toEqual([]);
}, 60_000);
