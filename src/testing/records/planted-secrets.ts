// Secrets of many forms in many places, for those who must not show any.
import type { DopplerRecord } from "../../doppler/index.js";
import { errorRecord, recordOf, taskRecord } from "./records.js";

// None of these opens anything. They are put together here, so that no scanner of repositories takes them for real.
const letters = "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zAbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
/** So many letters and digits. */
export const some = (count: number, from = 0): string => `${letters}${letters}`.slice(from, from + count);
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

/** A record with a secret in it, and what must not be seen of it any more: a part that only the secret has. */
export interface Planted {
  readonly record: DopplerRecord;
  readonly part: string;
}

/** About 300 of them. */
export const plantedSecrets: readonly Planted[] = [
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
