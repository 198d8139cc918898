import { readme, START, typedNeuron, plainNeuron } from "./texts.js";

/** What a project is made with. */
export interface Project {
  /** Its name, which is also its namespace. */
  readonly name: string;
  readonly language: "typescript" | "javascript";
  /** What its package.json says of cosmonapse. */
  readonly dependency: string;
}

/** The files of a project, by their paths in its folder. */
export function filesOf({ name, language, dependency }: Project): ReadonlyMap<string, string> {
  const worker = language === "typescript" ? "researcher.ts" : "researcher.js";
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: {
      start: "node start.js",
      worker: `cosmo worker run ${worker} -n ${name} --engram ctx --watch`,
      ask: `cosmo dispatch -n ${name} --neuron researcher --input`,
    },
    dependencies: { cosmonapse: dependency },
    engines: { node: ">=20" },
  };
  return new Map([
    ["package.json", `${JSON.stringify(manifest, undefined, 2)}\n`],
    [worker, language === "typescript" ? typedNeuron : plainNeuron],
    ["start.js", START.replaceAll("NAMESPACE", name).replaceAll("WORKER", worker)],
    ["README.md", readme(name, worker)],
    [".gitignore", "node_modules/\n"],
  ]);
}
