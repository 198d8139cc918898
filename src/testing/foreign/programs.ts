// Builds programs in other languages with what is generated from the schema, as their users would.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const own = resolve("src", "examples", "foreign");
const proto = resolve("proto");

/** A program that can be run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Removes what was made for it. */
  readonly remove: () => void;
}

/** Makes a Python program ready: its packages are installed once, its stubs are made anew. */
export async function buildPython(script = join(own, "python", "ask.py")): Promise<Program> {
  const requirements = join(own, "python", "requirements.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const packages = resolve("node_modules", ".cache", "cosmonapse", `python-${hash}`);
  if (!existsSync(packages)) {
    // Whole or not at all, also when two do it at once.
    const mine = `${packages}.${process.pid}`;
    await run("python3", ["-m", "pip", "install", "--quiet", "--target", mine, "--requirement", requirements]);
    if (existsSync(packages)) rmSync(mine, { recursive: true });
    else renameSync(mine, packages);
  }
  const stubs = mkdtempSync(join(tmpdir(), "cosmonapse-python-"));
  const env = { PYTHONPATH: `${packages}:${stubs}` };
  const environment = { env: { ...process.env, ...env } };
  const protoc = ["python3", "-m", "grpc_tools.protoc"];
  const template = { version: "v2", plugins: [{ protoc_builtin: "python", protoc_path: protoc, out: "." }] };
  const from = ["generate", "proto", "--path", "proto/cosmonapse/v1", "--template", JSON.stringify(template)];
  await run(resolve("node_modules", ".bin", "buf"), [...from, "-o", stubs], environment);
  // What calls the service: buf runs no generator of grpcio.
  const service = join(proto, "cosmonapse", "v1", "synapse_service.proto");
  await run("python3", [...protoc.slice(1), `-I${proto}`, `--grpc_python_out=${stubs}`, service], environment);
  const remove = (): void => rmSync(stubs, { recursive: true, force: true });
  return { command: "python3", args: [script], env, remove };
}

/** A module of Go. */
export interface GoModule {
  readonly folder: string;
  readonly name: string;
  /** True if it calls the service, and needs its stubs. */
  readonly isClient: boolean;
}

const asker: GoModule = { folder: join(own, "go"), name: "example.com/asker", isClient: true };

/** Builds a Go program, in a copy of its module with the stubs in it. */
export async function buildGo({ folder: source, name, isClient }: GoModule = asker): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-go-"));
  cpSync(source, folder, { recursive: true });
  mkdirSync(join(folder, "gen"));
  const plugin = (tool: string): object => ({
    local: ["go", "run", tool],
    out: "gen",
    opt: "paths=source_relative",
  });
  const template = {
    version: "v2",
    managed: { enabled: true, override: [{ file_option: "go_package_prefix", value: `${name}/gen` }] },
    plugins: [
      plugin("google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10"),
      ...(isClient ? [plugin("google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1")] : []),
    ],
  };
  await run(resolve("node_modules", ".bin", "buf"), [
    "generate",
    "proto",
    "--template",
    JSON.stringify(template),
    "-o",
    folder,
  ]);
  await run("go", ["build", "-trimpath", "-o", "program", "."], { cwd: folder });
  return {
    command: join(folder, "program"),
    args: [],
    env: {},
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Builds a Java program with Maven, in a copy of its module with the schema in it. */
export async function buildJava(source: string): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-java-"));
  cpSync(source, folder, { recursive: true });
  cpSync(join(proto, "cosmonapse", "v1"), join(folder, "proto", "cosmonapse", "v1"), { recursive: true });
  const goals = ["package", "dependency:copy-dependencies", "-DoutputDirectory=lib"];
  await run("mvn", ["--quiet", "--batch-mode", ...goals], { cwd: folder });
  const places = [join(folder, "target", "classes"), join(folder, "lib", "*")].join(delimiter);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { command: "java", args: ["-cp", places, "Harness"], env: {}, remove };
}

/** The generator of messages in Rust, and what they need. */
const rustProtobuf = "3.7.2";

/** Builds a program in Rust called `harness`, in a copy of its crate with the messages in it. The generator is built once. */
export async function buildRust(source: string): Promise<Program> {
  const cache = resolve("node_modules", ".cache", "cosmonapse");
  const tools = join(cache, `rust-${rustProtobuf}`);
  const generator = join(tools, "bin", "protoc-gen-rs");
  if (!existsSync(generator)) {
    const what = ["protobuf-codegen", "--version", rustProtobuf, "--locked", "--root", tools];
    await run("cargo", ["install", "--quiet", ...what]);
  }
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-rust-"));
  cpSync(source, folder, { recursive: true });
  mkdirSync(join(folder, "src", "gen"));
  const template = { version: "v2", plugins: [{ local: generator, out: "src/gen", strategy: "all" }] };
  const from = ["generate", "proto", "--path", "proto/cosmonapse/v1"];
  await run(resolve("node_modules", ".bin", "buf"), [...from, "--template", JSON.stringify(template), "-o", folder]);
  const target = join(cache, "rust-target");
  await run("cargo", ["build", "--quiet", "--release", "--locked", "--target-dir", target], { cwd: folder });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { command: join(target, "release", "harness"), args: [], env: {}, remove };
}
