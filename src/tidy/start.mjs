// `npm start`: the main job. Only with SQLite does it need native code, which is compiled then.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

if (process.argv.includes("sqlite") || process.argv.includes("--engram=sqlite")) {
  const prepare = fileURLToPath(new URL("prepare.mjs", import.meta.url));
  const { status } = spawnSync(process.execPath, [prepare, "--native"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
await import("../../dist/src/examples/main.js");
