import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, sep } from "node:path";
import { CosmoError } from "../errors/index.js";

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** True if its name changes with its content. */
  readonly isLasting: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The folder where the build leaves the page. */
export const pageFolder = join(
  dirname(createRequire(import.meta.url).resolve("#package")),
  "dist",
  "src",
  "prism",
  "page",
);

/**
 * The files of a built page by their paths in a URL. What is not among them is not served, so no path leads elsewhere.
 * Throws UNIMPLEMENTED if the page was not built.
 */
export function readPageFiles(folder = pageFolder): ReadonlyMap<string, PageFile> {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (thrown) {
    throw new CosmoError("UNIMPLEMENTED", `The page of the live view was not built: there is no ${folder}`, {
      cause: thrown,
    });
  }
  const files = names.flatMap((name): [string, PageFile][] => {
    const type = types[extname(name)];
    if (type === undefined) return [];
    const path = `/${name.split(sep).join("/")}`;
    return [[path, { type, body: readFileSync(join(folder, name)), isLasting: path.startsWith("/assets/") }]];
  });
  const index = files.find(([path]) => path === "/index.html");
  return new Map(index === undefined ? files : [...files, ["/", index[1]]]);
}
