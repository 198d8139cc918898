import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** A text that is replaced in a built file, for a driver that is wrong on purpose. */
export interface Mutation {
  /** The file, below `dist`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Copies what is built into a folder, with one text replaced. Throws an Error if the text is not there. */
export function copyBuilt(folder: string, { file, from, to }: Mutation): void {
  mkdirSync(folder, { recursive: true });
  cpSync("dist", join(folder, "dist"), { recursive: true });
  cpSync("package.json", join(folder, "package.json"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const path = join(folder, "dist", file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
  writeFileSync(path, text.replace(from, to));
}
