import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { checkBody } from "./body-rules.js";
import {
  checkAnnotations,
  checkHeader,
  durationMs,
  wrong,
  type AnnotationSizes,
  type Finding,
} from "./header-rules.js";
import { STANDARD_LIMITS } from "./limits.js";
import { utf8Length } from "./text-size.js";
import { typeOf } from "./types.js";

/**
 * The rules that a Signal breaks, those of the header first; empty if it is valid. Of the header, at most one of its
 * routing part, one of its annotations and one of `created_at` is named. Never throws.
 */
export function validateSignal(signal: Signal, limits: Limits = STANDARD_LIMITS): Finding[] {
  const { timeout, waitForRoute } = signal;
  const header = {
    ...signal,
    type: typeOf(signal),
    timeoutMs: timeout === undefined ? undefined : durationMs(timeout),
    waitForRouteMs: waitForRoute === undefined ? undefined : durationMs(waitForRoute),
  };
  const findings = [checkHeader(header, limits), checkAnnotations(sizesOf(signal), limits), checkCreatedAt(signal)];
  return [...findings.filter((finding) => finding !== undefined), ...validateBody(signal, limits)];
}

/** The rules that the body of a Signal breaks; none for a body of a later version. Never throws (COS-TYPE-012). */
export function validateBody(signal: Signal, limits: Limits = STANDARD_LIMITS): Finding[] {
  if (typeOf(signal) === 0) return [wrong("COS-TYPE-002", "body", "The Signal has no body")];
  return checkBody(signal, limits).filter((finding) => finding !== undefined);
}

function sizesOf({ traceparent, tracestate, meta }: Signal): AnnotationSizes {
  const pairs = Object.entries(meta);
  return {
    traceparent: utf8Length(traceparent),
    tracestate: utf8Length(tracestate),
    metaKeys: pairs.length,
    metaBytes: pairs.reduce((longest, pair) => Math.max(longest, ...pair.map(utf8Length)), 0),
  };
}

function checkCreatedAt({ createdAt }: Signal): Finding | undefined {
  if (createdAt !== undefined && !Number.isNaN(durationMs(createdAt))) return undefined;
  return wrong("COS-ENV-016", "created_at", "A Signal says when it was made, in whole milliseconds");
}
