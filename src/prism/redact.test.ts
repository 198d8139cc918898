import { describe, expect, test } from "vitest";
import { errorRecord, recordOf, taskRecord } from "../testing/records/index.js";
import type { DopplerRecord } from "../doppler/index.js";
import { decodeSignal, encodeJson } from "../signal/index.js";
import { redact } from "./redact.js";

// None of these opens anything. They are put together here, so that no scanner of repositories takes them for real.
const letters = "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zAbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
const some = (count: number, from = 0): string => `${letters}${letters}`.slice(from, from + count);
const digits = (count: number): string => "0123456789abcdef".repeat(8).slice(0, count);

const names = (
  "password,Password,db_password,DB-PASSWORD,passwd,userPasswd,passphrase,secret,client_secret,clientSecret,app.secret," +
  "api_key,apiKey,API-KEY,x-api-key,openai_api_key,access_key,accessKey,private_key,privateKey,signing_key," +
  "encryption_key,shared_key,auth_token,authToken,access_token,accessToken,refresh_token,refreshToken,id_token," +
  "session_token,bearer_token,csrf_token,credential,credentials,authorization,Authorization,proxy-authorization," +
  "set-cookie,Set-Cookie,cookie,Cookie,token,tokens,jwt,otp,pin,pwd,pass,sid,session_id,mnemonic,cvv,ssn,auth,session," +
  "sessionKey,githubToken,GITHUB_TOKEN,slack_token,apiToken,passcode,connectionString,bearer,secrets,passwords,userCookie"
).split(",");

const shaped: readonly string[] = [
  ...["sk-", "sk-proj-", "sk-ant-", "sk_live_", "sk_test_", "pk_live_", "rk_live_", "sk-or-", "sk-svcacct-"].map(
    (mark) => mark + some(32),
  ),
  ...["AKIA", "ASIA", "AROA", "AIDA"].map((mark) => mark + "IOSFODNN7EXAMPLE"),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((mark) => mark + some(36)),
  `github_pat_${some(50)}`,
  ...["glpat-", "glrt-"].map((mark) => mark + some(20)),
  ...["ntn_", "gsk_", "whsec_"].map((mark) => mark + some(40)),
  `dapi${digits(32)}`,
  `1234567890:${some(35)}`,
  `hvs.${some(30)}`,
  `AGE-SECRET-KEY-1${some(40).toUpperCase()}`,
  ...["xoxb-", "xoxp-", "xoxa-", "xoxs-"].map((mark) => `${mark}1234567890-${some(20)}`),
  `AIza${some(35)}`,
  `ya29.${some(40)}`,
  `npm_${some(36)}`,
  `pypi-${some(60)}`,
  `dop_v1_${digits(64)}`,
  `hf_${some(34)}`,
  `r8_${some(37)}`,
  `SG.${some(22)}.${some(43)}`,
  `key-${digits(32)}`,
  `sq0csp-${some(43)}`,
  `shpat_${digits(32)}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${some(43)}`,
  `https://hooks.slack.com/services/T0${some(8)}/B0${some(8)}/${some(24)}`,
  `https://discord.com/api/webhooks/123456789/${some(60)}`,
  `AccountKey=${some(60)}==`,
  ...["RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"].map(
    (kind) => `-----BEGIN ${kind}-----\n${some(60)}\n${some(60, 7)}\n-----END ${kind}-----`,
  ),
];

const contexts: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `my key is ${secret}, keep it`,
  (secret) => `curl -H 'Authorization: Bearer ${secret}' https://example.com`,
];

/** What must not be seen in a record any more: a part that only the secret has. */
interface Planted {
  readonly record: DopplerRecord;
  readonly part: string;
}

const planted: readonly Planted[] = [
  ...names.flatMap((name, at): readonly Planted[] => {
    const part = `hunter-${at}-${some(6, at % 20)}`;
    return [
      { record: taskRecord({ user: "ann", [name]: part }), part },
      { record: taskRecord({ deep: [{ [name]: { inner: part } }] }), part },
    ];
  }),
  ...shaped.flatMap((secret) =>
    contexts.map((context): Planted => {
      const part = secret.includes("-----") ? some(60) : secret.slice(-16);
      return { record: taskRecord({ question: context(secret) }), part };
    }),
  ),
  ...["postgresql", "mongodb+srv", "redis", "amqp", "https"].map((scheme): Planted => {
    const part = `p4ss-${scheme}`;
    return { record: taskRecord({ dsn: `${scheme}://ann:${part}@db.example.com:1/x` }), part };
  }),
  ...[
    "Cookie: sid=",
    "Authorization: Token ",
    "authorization: ",
    "--token ",
    "token=",
    "https://example.com/?token=",
    "machine example.com login ann password ",
  ].map((before, at): Planted => {
    const part = `s3cr3t-${at}-${some(12, at)}`;
    return { record: taskRecord({ question: `${before}${part}` }), part };
  }),
  ...["password=", "api_key: ", "secret = ", '"access_token": "', "DB_PASSWORD=", "--password="].map(
    (before, at): Planted => {
      const part = `swordfish${at}`;
      return { record: errorRecord("NEURON_FAILED", `it was called with ${before}${part} and broke`), part };
    },
  ),
  {
    record: recordOf({
      source: "a",
      meta: { authorization: "Basic dXNlcjpwYXNz" },
      body: { $case: "heartbeat", value: { ids: [] } },
    }),
    part: "dXNlcjpwYXNz",
  },
];

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

  test("are many", () => expect(planted.length).toBeGreaterThan(200));

  test("are in no part of a record that pages get", () => {
    const leaked = planted.filter(({ record, part }) => {
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
