import { once } from "node:events";
import { createColors } from "picocolors";
import type { Terminal } from "./terminal.js";

/** How a command writes its data: `json` is one value, `jsonl` a line for each record. */
export type Format = "text" | "json" | "jsonl";

/** Every format. */
export const FORMATS: readonly Format[] = ["text", "json", "jsonl"];

/** Whether output has colours: `auto` is with a person before it, unless NO_COLOR says otherwise. */
export type ColorMode = "auto" | "always" | "never";

/** Paints text, or leaves it as it is. */
export type Colors = ReturnType<typeof createColors>;

/** How the output of one command is. */
export interface OutputOptions {
  readonly terminal: Terminal;
  readonly format: Format;
  readonly color: ColorMode;
}

/**
 * What a command says: data to stdout in the format that was asked for, the rest to stderr. Each write waits until the
 * stream takes more.
 */
export class Output {
  readonly format: Format;
  /** Paints text for stdout; changes nothing where colours are off. */
  readonly colors: Colors;
  readonly #terminal: Terminal;
  #records = 0;

  constructor({ terminal, format, color }: OutputOptions) {
    this.format = format;
    this.#terminal = terminal;
    this.colors = createColors(format === "text" && hasColors(terminal, color));
  }

  /** The width to write in. */
  get columns(): number {
    return this.#terminal.columns ?? 120;
  }

  /** The one result of a command: a JSON value, or its text. */
  async result(value: unknown, text: () => string): Promise<void> {
    await this.#write(this.format === "text" ? endLine(text()) : `${toJson(value)}\n`);
  }

  /** One record of a stream; as `json` the records are one array, which `endRecords` closes. */
  async record(value: unknown, text: () => string): Promise<void> {
    const first = this.#records === 0;
    this.#records += 1;
    if (this.format === "text") await this.#write(endLine(text()));
    else if (this.format === "jsonl") await this.#write(`${toJson(value)}\n`);
    else await this.#write(`${first ? "[" : ","}\n${toJson(value)}`);
  }

  /** The stream of records has ended. */
  async endRecords(): Promise<void> {
    if (this.format === "json") await this.#write(this.#records === 0 ? "[]\n" : "\n]\n");
  }

  /** Bytes as they are, whatever the format. */
  async raw(bytes: string | Uint8Array): Promise<void> {
    await this.#write(bytes);
  }

  /** A line for a person, on stderr. */
  note(line: string): void {
    this.#terminal.stderr.write(`${line}\n`);
  }

  async #write(data: string | Uint8Array): Promise<void> {
    const { stdout } = this.#terminal;
    if (stdout.destroyed || stdout.writableEnded) return;
    if (!stdout.write(data)) await Promise.race([once(stdout, "drain"), once(stdout, "close")]);
  }
}

/** JSON on one line. Numbers of 64 bits are text, as in the JSON of protobuf. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}

function endLine(text: string): string {
  return text.endsWith("\n") || text === "" ? text : `${text}\n`;
}

function hasColors({ env, isInteractive }: Terminal, color: ColorMode): boolean {
  if (color !== "auto") return color === "always";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "") !== "") return env["FORCE_COLOR"] !== "0";
  return isInteractive && env["TERM"] !== "dumb";
}
