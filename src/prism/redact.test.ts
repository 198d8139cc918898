import { describe, expect, test } from "vitest";
import { plantedSecrets, recordOf, some, taskRecord } from "../testing/records/index.js";
import type { DopplerRecord } from "../doppler/index.js";
import { decodeSignal, encodeJson } from "../signal/index.js";
import { redact } from "./redact.js";

/** All that a record shows. */
function allOf(record: DopplerRecord): string {
  const show = (value: unknown): string =>
    JSON.stringify(value, (_name, one: unknown) =>
      typeof one === "bigint" ? one.toString() : one instanceof Uint8Array ? Buffer.from(one).toString() : one,
    );
  const isSignal = record.kind === "signal";
  // The bytes of an array of JSON.stringify are numbers: they are looked at as text.
  const raw = isSignal ? Buffer.from(record.bytes).toString("latin1") : "";
  return `${show({ ...record, bytes: undefined })}${raw}${isSignal ? contentOf(record) : ""}`;
}

function contentOf({ signal }: Extract<DopplerRecord, { kind: "signal" }>): string {
  return signal.body?.$case === "task" ? Buffer.from(signal.body.value.input?.data ?? []).toString() : "";
}

describe("secrets", () => {
  test("are in no bytes that are no text, and in no field of a later version, and these keep their length", () => {
    const secret = `ghp_${some(36)}`;
    const data = Uint8Array.from([0xff, 0xfe, ...Buffer.from(secret), 0xff]);
    const value = { input: { mediaType: "application/octet-stream", data, schema: "" }, context: undefined };
    const told = recordOf({ source: "a", body: { $case: "task", value } });
    const later = {
      ...told,
      signal: { ...told.signal, _unknownFields: { 8002: [Uint8Array.from(Buffer.from(`(${secret}`))] } },
    };
    for (const record of [told, later]) {
      const { record: clean, count } = redact(record);
      expect(count).toBeGreaterThan(0);
      expect(Buffer.from(clean.kind === "signal" ? clean.bytes : []).toString("latin1")).not.toContain(
        secret.slice(-16),
      );
    }
    const clean = redact(told).record;
    const kept =
      clean.kind === "signal" && clean.signal.body?.$case === "task" ? clean.signal.body.value.input?.data : undefined;
    expect(kept).toHaveLength(data.length);
  });

  test("are many", () => expect(plantedSecrets.length).toBeGreaterThan(200));

  test("are in no part of a record that pages get", () => {
    const leaked = plantedSecrets.filter(({ record, part }) => {
      expect(allOf(record), part).toContain(part.includes("\n") ? "" : part.replaceAll('"', ""));
      return allOf(redact(record).record).includes(part);
    });
    expect(leaked.map(({ part, record }) => `${part}: ${allOf(record).slice(0, 300)}`)).toEqual([]);
  });

  test("are counted, and what is left is a Signal that says the same in all else", () => {
    const { record, count } = redact(taskRecord({ user: "ann", password: "swordfish", big: 1 }));
    expect(count).toBe(1);
    expect(record.kind === "signal" && contentOf(record)).toBe('{"user":"ann","password":"[redacted]","big":1}');
    expect(record.kind === "signal" && decodeSignal(record.bytes)).toEqual(record.kind === "signal" && record.signal);
  });

  test("go without a change to numbers and blanks beside them", () => {
    const data = new TextEncoder().encode('{ "n": 9007199254740993,  "f": 1.50, "token": "swordfish" }');
    const value = { input: { mediaType: "", data, schema: "" }, context: undefined };
    const { record } = redact(recordOf({ source: "a", body: { $case: "task", value } }));
    expect(record.kind === "signal" && contentOf(record)).toBe(
      '{ "n": 9007199254740993,  "f": 1.50, "token": "[redacted]" }',
    );
  });
});

const innocent: readonly unknown[] = [
  ..."password: required,Basic Understanding,Bearer Authentication,http://localhost:3000/@scope/x,pk_users_organisations_index,sk-learn-pipeline-classifier,rk-oxbow-lake-district-map,the quick brown fox,What is 6 × 7?,a key to success,secretary,token ring,tokenizer,passage,password policy,keyboard,compass,the author,authority,pinned,pinball,cookies are nice to eat,basic research,the bearer of news,sketch-book,skating,task-force,risk-adjusted,disk-usage,eyJ,AKI,ghost_writer,sidecar,passport,surpass,https://example.com/a?b=c,postgresql://db.example.com/x,user@example.com,2026-11-23T20:00:00Z,evt_01JFDZ00000000000000000000,trc_01JFDZ00000000000000000000,0x1f,1.2.3,SELECT * FROM tokens,function token() {},max_tokens,/usr/bin/passwd,C:\\keys,#secret-garden,key: value,sk-1,pk-2,Authorization is needed,basic".split(
    ",",
  ),
  { tokens: 512, auth: "none-at-all", pin: "top-left", session: "morning" },
  ...Array.from({ length: 40 }, (_, at) => ({ answer: `Answer number ${at}`, score: at / 40, tags: ["qa", `t${at}`] })),
  ...[
    "max_tokens",
    "tokenCount",
    "token_limit",
    "prompt_tokens",
    "keyword",
    "primary_key",
    "merge_key",
    "author",
    "passenger",
    "secretary",
    "pinned",
    "cookie_banner",
    "monkey",
    "turkey",
  ].map((name) => ({ [name]: 42 })),
  encodeJson.name,
];

test("what is no secret stays as it was, byte for byte", () => {
  expect(innocent.length).toBeGreaterThan(95);
  const changed = innocent.filter((input) => {
    const record = taskRecord({ input });
    return redact(record).record !== record;
  });
  expect(changed).toEqual([]);
});
