// `npm run conformance:repeat`: plays every role against our own SDK again and again while every core has other work, and
// says which checks flaked. Arguments: how many times (default 20), then the roles (default: all). Ends with 1 if one did.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { roles } from "../../../conformance/index.js";
import { ownKnown, ownProgram, play, redIn } from "./play-role.js";

const timesDefault = 20;
const [timesGiven = String(timesDefault), ...rolesGiven] = process.argv.slice(2);
const times = Number(timesGiven);
const chosen = roles.filter((role) => rolesGiven.length === 0 || rolesGiven.includes(role));
if (!Number.isInteger(times) || times < 1 || chosen.length === 0) {
  throw new Error(`Give how many times, from 1, and then roles of ${roles.join(", ")}`);
}

// It ends with this process, also if that is killed: then its standard input closes.
const busy =
  "process.stdin.resume().on('end', () => process.exit()); const turn = () => { const until = performance.now() + 50; while (performance.now() < until); setImmediate(turn); }; turn();";
const load = Array.from({ length: availableParallelism() }, () =>
  spawn(process.execPath, ["-e", busy], { stdio: ["pipe", "ignore", "ignore"] }),
);
try {
  let flakes = 0;
  for (const role of chosen) {
    const from = performance.now();
    let checks = 0;
    for (let round = 1; round <= times; round += 1) {
      const report = await play(role, ownProgram(role), { known: ownKnown(role) }).catch(() => undefined);
      const red = report === undefined ? ["it could not be begun"] : redIn(report);
      checks += report?.results.length ?? 0;
      flakes += red.length;
      for (const line of red) process.stdout.write(`${role}, round ${round}: ${line}\n`);
    }
    const seconds = Math.round((performance.now() - from) / 1_000);
    process.stdout.write(`${role}: ${times} times in ${seconds} s, ${checks} checks\n`);
  }
  process.stdout.write(`${flakes} flakes\n`);
  process.exitCode = flakes === 0 ? 0 : 1;
} finally {
  for (const one of load) one.kill();
}
