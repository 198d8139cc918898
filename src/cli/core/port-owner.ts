import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { toCosmoError } from "../../errors/index.js";
import { CliError } from "./cli-error.js";

/** Who has a port. */
export interface PortOwner {
  readonly pid: number;
  /** Its command line, in at most 80 characters. */
  readonly command: string;
}

const listening = "0A";
const shownMax = 80;
const lsofMs = 2_000;

/** Who listens on a TCP port of this machine; undefined if that cannot be told. Never rejects. */
export async function findPortOwner(port: number): Promise<PortOwner | undefined> {
  try {
    return process.platform === "linux" ? await askKernel(port) : await askLsof(port);
  } catch {
    return undefined;
  }
}

async function askKernel(port: number): Promise<PortOwner | undefined> {
  const sockets = await Promise.all(["tcp", "tcp6"].map((table) => readSockets(`/proc/net/${table}`, port)));
  const wanted = new Set(sockets.flat().map((inode) => `socket:[${inode}]`));
  if (wanted.size === 0) return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Processes of others do not show what they have open, and some are gone by now.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => "");
      if (!wanted.has(target)) continue;
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8");
      return { pid: Number(pid), command: shorten(line.split("\0").join(" ")) };
    }
  }
  return undefined;
}

async function readSockets(table: string, port: number): Promise<string[]> {
  const text = await readFile(table, "utf8").catch(() => "");
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return local.endsWith(`:${hex}`) && state === listening ? [inode] : [];
  });
}

async function askLsof(port: number): Promise<PortOwner | undefined> {
  const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
  const { stdout } = await promisify(execFile)("lsof", args, { timeout: lsofMs });
  const [, pid] = /^p(\d+)$/m.exec(stdout) ?? [];
  const [, command = ""] = /^c(.+)$/m.exec(stdout) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), command: shorten(command) };
}

function shorten(command: string): string {
  const text = command.trim();
  return text.length > shownMax ? `${text.slice(0, shownMax - 1)}…` : text;
}

/** What kept a server from listening; whoever has the port is named. */
export async function explainPort(
  thrown: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<unknown> {
  const error = toCosmoError(thrown, "INTERNAL");
  if (error.code !== "UNAVAILABLE") return thrown;
  const owner = error.message.includes("EADDRINUSE") ? await findPortOwner(port) : undefined;
  if (owner === undefined) {
    return new CliError("UNAVAILABLE", error.detail.message, { exit: 1, hint: "Give another --port, or 0 for any." });
  }
  const message = `Port ${port} of ${host} is taken by process ${owner.pid}: ${owner.command}`;
  const hint = `End it with \`kill ${owner.pid}\`, or give another --port, or 0 for any.`;
  return new CliError("UNAVAILABLE", message, { exit: 1, hint, cause: thrown });
}
