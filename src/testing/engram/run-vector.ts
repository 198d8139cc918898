import { RecallMode, type Hit, type ImprintedBody, type RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram } from "../../engram/index.js";
import { toCosmoError, type CosmoError } from "../../errors/index.js";
import type { Json, JsonObject } from "../../foundation/index.js";
import { fromTimestamp } from "../../signal/index.js";
import type { FakeClock } from "../fake-clock.js";
import { createCall } from "./fixtures.js";
import { vectorImprint, vectorQuery } from "./vector-body.js";
import type { Vector, VectorStep } from "./vector.js";

/** Runs one vector on a fresh Engram whose time the clock decides; what differs, in words. Empty: it holds. */
export async function runVector(vector: Vector, engram: Engram, clock: FakeClock): Promise<readonly string[]> {
  const scope = { bound: new Map<string, string>(), startMs: clock.wallMs() };
  const findings: string[] = [];
  for (const namespace of new Set(vector.steps.map((step) => step.namespace ?? "vectors"))) {
    await engram.open(namespace);
  }
  for (const [index, step] of vector.steps.entries()) {
    clock.advance(step.advance_ms ?? 0);
    const seen = await runStep(step, { engram, scope, signalId: `evt_${index}` });
    for (const finding of compareStep(step, seen)) findings.push(`step ${index + 1}: ${finding}`);
    if (step.as !== undefined && seen.bind !== undefined) scope.bound.set(`$${step.as}`, seen.bind);
  }
  return findings;
}

interface Seen {
  readonly receipt?: JsonObject;
  readonly hits?: readonly JsonObject[];
  readonly truncated?: boolean;
  readonly entries?: number;
  readonly error?: CosmoError;
  readonly bind?: string;
}

interface Stage {
  readonly engram: Engram;
  readonly scope: { readonly bound: ReadonlyMap<string, string>; readonly startMs: number };
  readonly signalId: string;
}

async function runStep(step: VectorStep, stage: Stage): Promise<Seen> {
  const call = createCall({
    namespace: step.namespace ?? "vectors",
    signalId: stage.signalId,
    ...(step.page_bytes === undefined ? {} : { pageBytes: step.page_bytes }),
  });
  try {
    if (step.imprint !== undefined) {
      const body = vectorImprint(step.imprint, stage.scope);
      const others = Array.from({ length: (step.times ?? 1) - 1 }, (_, number) =>
        stage.engram.imprint(body, { ...call, signalId: `${stage.signalId}_${number}` }),
      );
      const [receipt] = await Promise.all([stage.engram.imprint(body, call), ...others]);
      return { receipt: viewReceipt(receipt), bind: receipt.id };
    }
    if (step.forget !== undefined) {
      return await stage.engram.forget(
        call.namespace,
        step.forget === null ? undefined : vectorQuery(step.forget, stage.scope),
      );
    }
    if (step.recall === undefined) return {};
    const mode = { first: RecallMode.FIRST, merge: RecallMode.MERGE }[step.mode ?? ""] ?? RecallMode.ALL;
    const answer = await stage.engram.recall({ query: vectorQuery(step.recall, stage.scope), mode }, call);
    return viewAnswer(answer, stage.scope.startMs);
  } catch (thrown) {
    return { error: toCosmoError(thrown, "INTERNAL") };
  }
}

function viewReceipt(receipt: ImprintedBody): JsonObject {
  return {
    id: receipt.id,
    merge_key: receipt.mergeKey ?? null,
    version: Number(receipt.version),
    seq: receipt.seq === undefined ? null : Number(receipt.seq),
    created: receipt.created,
    deleted: receipt.deleted,
    replayed: receipt.replayed,
  };
}

function viewAnswer(answer: RecalledBody, startMs: number): Seen {
  return {
    hits: answer.hits.map((hit) => viewHit(hit, startMs)),
    truncated: answer.truncated,
    bind: answer.cursor,
  };
}

function viewHit(hit: Hit, startMs: number): JsonObject {
  const entry = hit.entry;
  const sinceStart = (time: Parameters<typeof fromTimestamp>[0] | undefined): Json =>
    time === undefined ? null : fromTimestamp(time) - startMs;
  return {
    id: entry?.id ?? null,
    merge_key: entry?.mergeKey ?? null,
    content_text: new TextDecoder().decode(entry?.content?.data),
    tags: entry?.tags ?? [],
    version: Number(entry?.version ?? 0n),
    seq: entry?.seq === undefined ? null : Number(entry.seq),
    created_ms: sinceStart(entry?.createdAt),
    updated_ms: sinceStart(entry?.updatedAt),
    expires_ms: sinceStart(entry?.expiresAt),
    imprint_id: entry?.provenance?.imprintId ?? null,
    score: hit.score,
  };
}

function compareStep(step: VectorStep, seen: Seen): string[] {
  if (seen.error !== undefined || step.error !== undefined) return compareError(step, seen.error);
  const findings: string[] = [];
  if (step.receipt !== undefined) findings.push(...compareParts("receipt", step.receipt, seen.receipt));
  if (step.truncated !== undefined && step.truncated !== seen.truncated) {
    findings.push(`truncated is ${seen.truncated}, expected ${step.truncated}`);
  }
  if (step.entries !== seen.entries) findings.push(`${seen.entries} entries, expected ${step.entries}`);
  if (step.hits === undefined) return findings;
  const hits = seen.hits ?? [];
  if (hits.length !== step.hits.length) {
    findings.push(`${hits.length} hits, expected ${step.hits.length}: ${JSON.stringify(hits)}`);
  }
  step.hits.forEach((wanted, index) => findings.push(...compareParts(`hits[${index}]`, wanted, hits[index])));
  return findings;
}

function compareError(step: VectorStep, error: CosmoError | undefined): string[] {
  const findings: string[] = [];
  if (error?.code !== step.error)
    findings.push(`error is ${error?.message ?? "none"}, expected ${step.error ?? "none"}`);
  const version = error?.detail.currentVersion;
  if (step.current_version !== undefined && version !== BigInt(step.current_version)) {
    findings.push(`current_version is ${version}, expected ${step.current_version}`);
  }
  if (step.replayed !== undefined && error?.detail.replayed !== step.replayed) {
    findings.push(`replayed is ${error?.detail.replayed}, expected ${step.replayed}`);
  }
  return findings;
}

/** What differs among the parts that are expected. */
function compareParts(what: string, wanted: JsonObject, seen: JsonObject | undefined): string[] {
  return Object.entries(wanted).flatMap(([part, value]) => {
    const found = JSON.stringify(seen?.[part]);
    return found === JSON.stringify(value) ? [] : [`${what}.${part} is ${found}, expected ${JSON.stringify(value)}`];
  });
}
