// `npm run bench`: all figures in one run; `npm run bench -- codec` or `-- bus` for some of them; `npm run bench:engrams` for
// the Engrams, `npm run bench:cli` for the command line, `npm run bench:synapse` for the bus between processes (`-- --quick`: one round of a fifth; `-- --json`: as JSON).
import { benchBus } from "./bus.js";
import { benchCli } from "./cli.js";
import { benchCodec } from "./codec.js";
import { benchEngrams } from "./engrams/engrams.js";
import { benchSynapse } from "./synapse/synapse.js";

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  codec: benchCodec,
  bus: benchBus,
  engrams: benchEngrams,
  synapse: benchSynapse,
  cli: benchCli,
};
const asked = process.argv.slice(2).filter((word) => !["--quick", "--json"].includes(word));
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));

if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}\n`);
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(benches)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    if (!process.argv.includes("--json")) process.stdout.write(`\n${name}\n`);
    await bench();
  }
}
