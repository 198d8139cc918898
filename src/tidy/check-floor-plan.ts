import { posix } from "node:path";
import { publicRooms, rooms, type Room } from "./floor-plan.js";
import { resolveImport, type Source } from "./source.js";

/** The room that a file of src/ or conformance/ lies in: the longest that fits. `undefined`: none has that name. */
export function roomOf(path: string): string | undefined {
  if (path === "src/index.ts") return "index";
  if (path.startsWith("conformance/")) return "conformance";
  const folders = posix.dirname(path).split("/").slice(1);
  for (let length = folders.length; length > 0; length -= 1) {
    const name = folders.slice(0, length).join("/");
    if (name !== "index" && Object.hasOwn(rooms, name)) return name;
  }
  return undefined;
}

function doorOf(room: string): string {
  if (room === "conformance") return "conformance/index.ts";
  return room === "index" ? "src/index.ts" : `src/${room}/index.ts`;
}

/** Every arrow that the floor plan forbids, as `file: what is wrong`. */
export function findForbiddenArrows(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, imports }) => {
    const name = roomOf(path);
    const room = name === undefined ? undefined : rooms[name];
    if (name === undefined || room === undefined) return [`${path}: the floor plan has no room for it`];
    const place = { path, name, room, isTest: path.endsWith(".test.ts") };
    return imports.flatMap((specifier) => {
      const objection = specifier.startsWith(".") ? judgeFile(place, specifier) : judgePackage(place, specifier);
      return objection === undefined ? [] : [`${path}: imports ${specifier}: ${objection}`];
    });
  });
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly room: Room;
  readonly isTest: boolean;
}

function judgePackage({ name, room, isTest }: Place, specifier: string): string | undefined {
  if (isTest) return undefined;
  if (specifier.startsWith("node:")) return room.node === true ? undefined : `${name} may not import node:`;
  const isAllowed = room.packages?.some((one) => specifier === one || specifier.startsWith(`${one}/`));
  return isAllowed === true ? undefined : `${name} may not import that package`;
}

function judgeFile({ path, name, room, isTest }: Place, specifier: string): string | undefined {
  const target = resolveImport(path, specifier);
  if (target.startsWith("gen/")) {
    if (room.gen !== true) return `${name} may not import gen/`;
    return undefined;
  }
  // Vectors are data for every battery.
  if (target.startsWith("conformance/vectors/") && name === "testing") return undefined;
  const other = roomOf(target);
  if (other === name) return undefined;
  const otherRoom = other === undefined ? undefined : rooms[other];
  if (other === undefined || otherRoom === undefined) return "the floor plan has no room for it";
  if (target !== doorOf(other)) return `the door of ${other} is its index.ts`;
  // A test stands above its room only as far as what is made for tests.
  if (isTest && /^testing(?:\/|$)/.test(other)) return undefined;
  if (otherRoom.floor >= room.floor) return `${other} is not below ${name}`;
  if (room.bans?.includes(other) === true) return `${name} may not import ${other}`;
  if (room.outside === true && !publicRooms.includes(other)) return `${other} is no public entry`;
  return undefined;
}

/** The import graph of the files: what each imports of the others. */
export function fileGraph(sources: readonly Source[]): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Set(sources.map(({ path }) => path));
  return new Map(
    sources.map(({ path, imports }) => {
      const targets = imports.filter((one) => one.startsWith(".")).map((one) => resolveImport(path, one));
      return [path, new Set(targets.filter((target) => paths.has(target)))];
    }),
  );
}

/**
 * The import graph of the folders. A door is the face of its folder and not in it: what it exports from a folder below
 * is no arrow, else a room with folders inside could have no door.
 */
export function folderGraph(files: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const from = posix.dirname(path);
    const to = graph.get(from) ?? new Set();
    graph.set(from, to);
    if (path.endsWith(".test.ts")) continue;
    for (const folder of [...targets].map((target) => posix.dirname(target))) {
      const isOwnInside = path === `${from}/index.ts` && folder.startsWith(`${from}/`);
      if (folder !== from && !isOwnInside) to.add(folder);
    }
  }
  return graph;
}

/** A cycle of each knot in a graph, written `a > b > a`. Empty: there is none. */
export function findCycles(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, trail: readonly string[]): void => {
    const from = trail.indexOf(node);
    if (from !== -1) cycles.push([...trail.slice(from), node].join(" > "));
    if (from !== -1 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}
