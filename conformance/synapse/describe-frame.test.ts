import { expect, test } from "vitest";
import { readDescriptors } from "../ground/files.js";
import { Schema } from "../wire/schema.js";
import { encodeMessage } from "../wire/writer.js";
import { describeFrame } from "./describe-frame.js";

const schema = new Schema(readDescriptors());

test("a frame is shown with the Signal in it, its time as RFC 3339, and durations in seconds", () => {
  const signal = encodeMessage(schema, "cosmonapse.v1.Signal", {
    id: "evt_01JFDZ00000000000000000001",
    created_at: "2026-01-02T03:04:05.678Z",
    timeout: "1.500s",
    task: {},
  });
  expect(describeFrame(schema, "ConnectRequest", { publish: { first: 1n, signals: [signal] } })).toBe(
    '{first: 1, signals: [{id: "evt_01JFDZ00000000000000000001", created_at: 2026-01-02T03:04:05.678Z, timeout: 1.500s, task: {}}]}',
  );
  const note = { position: 1n, remaining: { seconds: 2n, nanos: 5_000_000 } };
  expect(describeFrame(schema, "ConnectResponse", { deliver: { notes: [note] } })).toBe(
    "{notes: [{position: 1, remaining: 2.005s}]}",
  );
});

test("what is no whole millisecond, or has fields to come, is shown as it is", () => {
  const part = { seconds: 1n, nanos: 1 };
  expect(describeFrame(schema, "ConnectResponse", { deliver: { notes: [{ remaining: part }] } })).toBe(
    "{notes: [{remaining: {seconds: 1, nanos: 1}}]}",
  );
  const more = { seconds: 1n, "?": [Uint8Array.of(8)] };
  expect(describeFrame(schema, "ConnectResponse", { deliver: { notes: [{ remaining: more }] } })).toBe(
    "{notes: [{remaining: {seconds: 1, ?: [h'08']}}]}",
  );
});

test("no session secret is shown", () => {
  const welcome = { session_secret: Uint8Array.of(1, 2, 3) };
  expect(describeFrame(schema, "ConnectResponse", { welcome })).toBe("{session_secret: (a secret)}");
});
