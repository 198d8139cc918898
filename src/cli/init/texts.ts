const body = `  // 1. Were these words asked before?
  const prior = await recall("ctx", { query: { text: question, minScore: 1 } });
  const cached = prior.hits[0]?.content["answer"];
  if (typeof cached === "string") return { answer: cached, source: "cache" };

  // 2. If not: think.
  const answer = \`Answer to '\${question}': 42\`;

  // 3. Write it down, one entry a question.
  await imprint("ctx", { op: "upsert", entry: { question, answer, tags: ["qa"] }, mergeKey: \`q:\${question}\` });
  return { answer, source: "computed" };
`;

const what = "// A Neuron: a plain function that knows nothing of the bus. What it may use arrives as an argument.";

/** The worker of a project in TypeScript. */
export const typedNeuron = `${what}
import type { JsonObject, NeuronTools } from "cosmonapse";

interface Question {
  readonly question: string;
}

export async function researcher({ question }: Question, _context: JsonObject, { recall, imprint }: NeuronTools) {
${body}}
`;

/** The worker of a project in JavaScript. */
export const plainNeuron = `${what}
export async function researcher({ question }, _context, { recall, imprint }) {
${body}}
`;

/** The program of a project. NAMESPACE and WORKER stand for its own. */
export const START = `// Starts a bus, puts a memory and a worker on it, and asks the same question twice. The first answer is computed, the
// second comes from shared memory. \`npm start -- --stay\` leaves all of it running.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Dendrite, InMemoryEngram } from "cosmonapse";
import { connectSynapse, SynapseServer } from "cosmonapse/grpc";

const namespace = "NAMESPACE";
const words = process.argv.slice(2).filter((word) => word !== "--stay");
const stays = process.argv.includes("--stay");
const question = words.join(" ") || "what is the meaning of life?";

// The bus, and the memory on it.
const server = new SynapseServer({ port: stays ? 7070 : 0 });
const { url } = await server.start();
const synapse = await connectSynapse(url);
const memory = new Dendrite({ synapse, namespace, dendriteId: "memory" });
await memory.attachEngram(new InMemoryEngram({ engramId: "ctx", engramKind: "context" }));
await memory.start();

// The worker is a process of its own: it could as well be on another machine.
const worker = spawn("cosmo", ["worker", "run", "WORKER", "--url", url, "-n", namespace, "--engram", "ctx", "--quiet"], {
  stdio: ["ignore", "pipe", "inherit"],
  shell: process.platform === "win32",
});
const ended = once(worker, "exit");

const asker = new Dendrite({ synapse, namespace, role: "orchestrator" });
try {
  await Promise.race([once(worker.stdout, "data"), ended.then(() => Promise.reject(new Error("The worker ended")))]);
  await asker.start();
  for (const label of ["first call ", "second call"]) {
    const { output } = await asker.dispatchAndWait({ neuron: "researcher", input: { question }, timeoutMs: 10_000 });
    console.log(\`[\${label}] \${output.source.padStart(8)}  →  \${output.answer}\`);
  }
  if (stays) {
    console.log(\`Still running on \${url}: ask with npm run ask -- '{"question": "why?"}'. Ctrl-C ends it.\`);
    await once(process, "SIGINT");
  }
} finally {
  await asker.close();
  worker.kill("SIGTERM");
  await ended;
  await memory.close();
  await synapse.close();
  await server.close();
}
`;

/** The README of a project. */
export function readme(name: string, worker: string): string {
  return `# ${name}

\`\`\`sh
npm install
npm start
\`\`\`

It starts a bus, a memory and a worker, and asks the same question twice: the first answer is computed, the second comes
from shared memory. Your own words: \`npm start -- "your question"\`.

| File | What |
| --- | --- |
| [${worker}](${worker}) | The Neuron: a plain function. Each exported async function is one |
| [start.js](start.js) | The bus, the memory, the worker's process, and who asks |

## Piece by piece

\`npm start -- --stay\` leaves the bus and the memory running on port 7070. In another terminal:

\`\`\`sh
npm run ask -- '{"question": "why?"}'
npm run worker     # one more worker; it loads ${worker} again when you save it
\`\`\`
`;
}
