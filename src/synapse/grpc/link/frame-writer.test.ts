import { expect, test } from "vitest";
import { FrameWriter, type FrameStream } from "./frame-writer.js";

/** A stream that takes frames when the test says so, and a source of frames that the test fills. */
function start() {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const ready: string[] = [];
  const stream: FrameStream = {
    write(frame, _encoding, taken) {
      written.push(Buffer.from(frame).toString());
      waiting.push(taken);
      return true;
    },
  };
  // As a session does: one frame for all that is ready.
  const next = (): Uint8Array | undefined => (ready.length === 0 ? undefined : Buffer.from(ready.splice(0).join("")));
  return { written, ready, writer: new FrameWriter(stream, next), take: () => waiting.shift()?.() };
}

const turnOver = (): Promise<void> => new Promise(setImmediate);

test("an idle sender writes at the end of its turn, all that the turn brought in one frame", async () => {
  const { written, ready, writer } = start();
  for (const part of ["a", "b", "c"]) {
    ready.push(part);
    writer.wake();
  }
  expect(written).toEqual([]);
  await turnOver();
  expect(written).toEqual(["abc"]);
});

test("while a stream is busy, what comes waits for it and fills one frame", async () => {
  const { written, ready, writer, take } = start();
  for (const part of ["a", "b", "c", "d"]) {
    ready.push(part);
    writer.wake();
    await turnOver();
  }
  expect(written).toEqual(["a", "b"]);
  take();
  expect(written).toEqual(["a", "b", "cd"]);
});

test("what is urgent goes first, and is bounded", async () => {
  const { written, ready, writer, take } = start();
  ready.push("a");
  writer.wake();
  expect(writer.urge(Buffer.from("!"))).toBe(true);
  await turnOver();
  expect(written).toEqual(["!", "a"]);
  const urged = Array.from({ length: 2_000 }, () => writer.urge(Buffer.from("?")));
  expect(urged.filter(Boolean).length).toBe(1_024);
  take();
});

test("nothing is written after the end", async () => {
  const { written, ready, writer } = start();
  ready.push("a");
  writer.wake();
  writer.close();
  await turnOver();
  expect(written).toEqual([]);
});
