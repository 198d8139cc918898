import { Forgetting, idCounter, keyCounter, readOutcome, TOMBSTONE_WINDOW_MS, type QueryPlan } from "../index.js";
import type { Session } from "./connections.js";
import type { HeldSpace, ImprintStatements } from "./imprint-statements.js";
import { spaceTables } from "./schema.js";
import { matches, type Match, type Tables } from "./search-rows.js";

/** What a purge works with. */
export type Purge = Tables & { readonly imprints: ImprintStatements };

/** How many entries are removed at a time. */
const part = 1_000;

/** Purges what matches, or everything, in a space that is held; how many entries went (COS-ENT-023). */
export async function forgetRows(
  session: Session,
  purge: Purge,
  { held, plan }: { held: HeldSpace; plan: QueryPlan | undefined },
): Promise<number> {
  const { entries, highest } =
    plan === undefined ? await forgetSpace(session, purge, held) : await forgetMatches(session, purge, { held, plan });
  const floor = highest > held.floor ? highest : held.floor;
  await session.query(
    `UPDATE ${purge.schema}.space SET revision = revision + 1, floor = $2, floor_until_ms = $3 WHERE space = $1`,
    [held.space, floor, held.nowMs + TOMBSTONE_WINDOW_MS],
  );
  return entries;
}

interface Forgotten {
  readonly entries: number;
  readonly highest: bigint;
}

async function forgetSpace(session: Session, { schema }: Purge, { space }: HeldSpace): Promise<Forgotten> {
  const [row] = await session.query(
    `SELECT greatest((SELECT max(version) FROM ${schema}.counter WHERE space = $1),
      (SELECT max(version) FROM ${schema}.entry WHERE space = $1), 0) AS version,
      (SELECT count(*) FROM ${schema}.entry WHERE space = $1) AS entries`,
    [space],
  );
  for (const table of spaceTables) await session.query(`DELETE FROM ${schema}.${table} WHERE space = $1`, [space]);
  return { entries: Number(row?.["entries"]), highest: BigInt(Number(row?.["version"])) };
}

async function forgetMatches(
  session: Session,
  purge: Purge,
  { held, plan }: { held: HeldSpace; plan: QueryPlan },
): Promise<Forgotten> {
  const { space, nowMs } = held;
  const forgetting = new Forgetting(plan);
  let entries = 0;
  let gathered: Match[] = [];
  const remove = async (): Promise<void> => {
    await Promise.all(purge.imprints.remove(session, space, { gone: gathered, stale: gathered }));
    entries += gathered.length;
    gathered = [];
  };
  for await (const match of matches(session, purge, { plan, space, nowMs, asOf: undefined, pageBytes: Infinity })) {
    forgetting.add(match.entry);
    if (gathered.push(match) >= part) await remove();
  }
  await remove();
  await dropCounters(session, { schema: purge.schema, space, forgetting });
  const told = await session.query(`SELECT imprint_id, receipt, rejection FROM ${purge.schema}.told WHERE space = $1`, [
    space,
  ]);
  const gone = told.filter((row) => forgetting.concerns(readOutcome(row)));
  await session.query(`DELETE FROM ${purge.schema}.told WHERE space = $1 AND imprint_id = ANY($2)`, [
    space,
    gone.map((row) => String(row["imprint_id"])),
  ]);
  return { entries, highest: forgetting.highest };
}

/** Removes the counters of what is gone, and counts the items of what is left. */
async function dropCounters(
  session: Session,
  { schema, space, forgetting }: { schema: string; space: number; forgetting: Forgetting },
): Promise<void> {
  const counter = `${schema}.counter`;
  const living = await session.query(`SELECT id FROM ${schema}.entry WHERE space = $1 AND id = ANY($2)`, [
    space,
    [...forgetting.ids],
  ]);
  for (const row of living) forgetting.ids.delete(String(row["id"]));
  const ids = await session.query(`DELETE FROM ${counter} WHERE space = $1 AND name = ANY($2) RETURNING version`, [
    space,
    Array.from(forgetting.ids, idCounter),
  ]);
  for (const row of ids) forgetting.raise(BigInt(Number(row["version"])));
  const keys = [...forgetting.keys];
  const left = await session.query(
    `SELECT merge_key, count(*) FILTER (WHERE seq > 0) AS items FROM ${schema}.entry
      WHERE space = $1 AND merge_key = ANY($2) GROUP BY merge_key`,
    [space, keys],
  );
  const items = new Map(left.map((row) => [String(row["merge_key"]), Number(row["items"])]));
  await session.query(
    `UPDATE ${counter} c SET items = l.items FROM unnest($2::text[], $3::bigint[]) AS l (name, items)
      WHERE c.space = $1 AND c.name = l.name`,
    [space, Array.from(items.keys(), keyCounter), [...items.values()]],
  );
  const gone = keys.filter((key) => !items.has(key));
  const dropped = await session.query(
    `DELETE FROM ${counter} WHERE space = $1 AND name = ANY($2) RETURNING name, version`,
    [space, gone.map(keyCounter)],
  );
  for (const key of gone) forgetting.drop(key, 0n);
  for (const row of dropped) forgetting.raise(BigInt(Number(row["version"])));
}
