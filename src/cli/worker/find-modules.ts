import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

const specifier = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/**
 * The files that a program is made of: the given ones, and what they import by a relative path, however deep. Packages
 * are not followed. Reads text, so that it also works where a module is wrong; it may name more than is loaded.
 */
export function findModules(files: readonly string[]): string[] {
  const found = new Set<string>();
  const waiting = files.map((file) => resolve(file));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, path = ""] of readText(file).matchAll(specifier)) {
      const imported = candidates(resolve(dirname(file), path)).find(isFile);
      if (imported !== undefined) waiting.push(imported);
    }
  }
  return [...found];
}

/** Where an import may lead: TypeScript says `.js` for `.ts`, and may leave the end away. */
function candidates(path: string): string[] {
  const typed = path.replace(/\.([mc]?)js$/, ".$1ts");
  const ends = [".ts", ".mts", ".js", ".mjs", ".cjs", ".json"];
  return [typed, path, ...ends.map((end) => `${path}${end}`), ...ends.map((end) => `${path}/index${end}`)];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
