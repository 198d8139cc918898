import { existsSync } from "node:fs";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { readFlagFile } from "../core/join.js";
import { tryJson } from "../core/read-json.js";
import { openOperator, type OperatorFlags } from "./operator.js";

interface StopFlags extends OperatorFlags {
  readonly reason: string;
  readonly endSessions: boolean;
  readonly readyFile?: string;
}

/** `cosmo synapse stop`: the work of a namespace, or the process behind a ready file. */
export async function run(call: Call<StopFlags>): Promise<undefined> {
  const { namespace, readyFile } = call.options;
  if (readyFile !== undefined) await stopProcess(call, readyFile);
  else if (namespace !== undefined) await stopNamespace(call, namespace);
  else {
    throw new CliError("INVALID_ARGUMENT", "Nothing says what to stop", {
      hint: "Give the namespace with -n, or the --ready-file of the Synapse.",
    });
  }
  return undefined;
}

async function stopNamespace({ options, output, terminal, abort }: Call<StopFlags>, namespace: string): Promise<void> {
  using operator = openOperator(options, terminal);
  const { reason, endSessions } = options;
  const { requests, traces, sessions } = await operator.stopNamespace(namespace, { reason, endSessions, abort });
  await output.result({ namespace, requests, traces, sessions }, () => {
    const ended = endSessions ? ` and ${sessions} sessions` : "";
    return `Stopped in ${namespace}: ${requests} requests, ${traces} traces${ended}`;
  });
}

/** SIGTERM, which drains; resolves when the process has removed its file or is gone. That it is gone already is well. */
async function stopProcess({ output, abort }: Call<StopFlags>, file: string): Promise<void> {
  const pid = existsSync(file) ? readPid(file) : undefined;
  const wasRunning = pid !== undefined && isRunning(pid) && signal(pid);
  while (wasRunning && isRunning(pid) && !abort.aborted) await new Promise<void>((resolve) => setTimeout(resolve, 20));
  await output.result({ pid: pid ?? null, stopped: wasRunning }, () =>
    wasRunning ? `Stopped process ${pid}` : `No Synapse runs for ${file}`,
  );
}

function readPid(file: string): number {
  const read = tryJson(readFlagFile("ready-file", file));
  const value = "value" in read ? read.value : undefined;
  const pid = typeof value === "object" && value !== null && "pid" in value ? value.pid : undefined;
  if (typeof pid === "number" && Number.isSafeInteger(pid) && pid > 1) return pid;
  throw new CliError("INVALID_ARGUMENT", `--ready-file: ${file} was not written by \`cosmo synapse start\``, {
    field: "ready-file",
    hint: "Give the file that was given to it.",
  });
}

function signal(pid: number): boolean {
  try {
    return process.kill(pid, "SIGTERM");
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
