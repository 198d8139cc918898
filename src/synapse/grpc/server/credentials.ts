import { createHash, timingSafeEqual } from "node:crypto";
import { Right } from "../../../../gen/cosmonapse/v1/frames.js";
import { CosmoError } from "../../../errors/index.js";
import { isName } from "../../../signal/index.js";
import type { Grant } from "./grant.js";

/** One credential, and what it grants. */
export interface CredentialEntry {
  /** The identity behind it, for example `research-team`: whose Signals are de-duplicated together. */
  readonly principal: string;
  /** The SHA-256 of a token, in hex: the token itself is written nowhere. */
  readonly sha256?: string;
  /** The common name of a client certificate. */
  readonly certificate?: string;
  /** The namespaces; `*` stands for all. */
  readonly namespaces: readonly string[];
  /** The rights: OBSERVE, PARTICIPATE, OPERATE. */
  readonly rights: readonly string[];
  /** The ids that it may register; `*` stands for any. Default: any. */
  readonly ids?: readonly string[];
}

/** Who calls, as the transport knows it. */
export interface Caller {
  /** The `authorization` of the call. */
  readonly authorization: string | undefined;
  /** The common name of its certificate, if one was asked for and is valid. */
  readonly certificate: string | undefined;
}

const scheme = "bearer ";

/** What an empty token hashes to: the mark of a token that somebody forgot to fill in. */
const emptySha256 = createHash("sha256").digest("hex");
const fields = new Set(["principal", "sha256", "certificate", "namespaces", "rights", "ids"]);
const rights = new Map<string, Right>(Object.entries(Right).filter(([, right]) => right !== Right.UNSPECIFIED));

interface Credential {
  readonly sha256: Buffer | undefined;
  readonly certificate: string | undefined;
  readonly grant: Grant;
}

/** The credentials that a Synapse takes. Tokens are compared by their hash, in constant time. */
export class Credentials {
  readonly #credentials: readonly Credential[];

  /** Throws INVALID_ARGUMENT that names the entry and the field, beginning with `origin`. */
  constructor(entries: unknown, origin: string) {
    if (!Array.isArray(entries)) throw wrong(origin, "it is a list of credentials");
    this.#credentials = entries.map((entry: unknown, index) => readEntry(entry, `${origin}: entry ${index}`));
    const seen = new Set<string>();
    for (const [index, { grant }] of this.#credentials.entries()) {
      if (seen.has(grant.credential)) throw wrong(`${origin}: entry ${index}`, "an earlier entry has this credential");
      seen.add(grant.credential);
    }
  }

  /** What the caller's token, or else its certificate, grants. Throws UNAUTHENTICATED (COS-SEC-003, COS-SEC-007). */
  authenticate({ authorization = "", certificate }: Caller): Grant {
    if (authorization !== "") {
      const isBearer = authorization.toLowerCase().startsWith(scheme);
      const digest = createHash("sha256")
        .update(isBearer ? authorization.slice(scheme.length) : "")
        .digest();
      // All are compared, so that the time says nothing.
      const matching = this.#credentials.filter(
        ({ sha256 }) => sha256 !== undefined && timingSafeEqual(sha256, digest),
      );
      return matching[0]?.grant ?? refuse("The token is not one that this Synapse takes");
    }
    const own = this.#credentials.find((one) => certificate !== undefined && one.certificate === certificate);
    return own?.grant ?? refuse("This Synapse asks for a token, or a client certificate that it knows");
  }

  /** What the credential behind a grant grants here; undefined: it is not one of these. */
  current({ credential }: Grant): Grant | undefined {
    return this.#credentials.find(({ grant }) => grant.credential === credential)?.grant;
  }
}

function refuse(message: string): never {
  throw new CosmoError("UNAUTHENTICATED", message, { requirement: "COS-SEC-007" });
}

function wrong(where: string, rule: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `${where}: ${rule}`, { field: "tokens" });
}

function readEntry(entry: unknown, where: string): Credential {
  if (typeof entry !== "object" || entry === null) throw wrong(where, "it is an object");
  const parts = new Map<string, unknown>(Object.entries(entry));
  for (const name of parts.keys()) if (!fields.has(name)) throw wrong(where, `there is no field '${name}'`);
  const principal = parts.get("principal");
  if (typeof principal !== "string" || principal === "") throw wrong(where, "principal names who it belongs to");
  const [sha256, certificate] = [parts.get("sha256"), parts.get("certificate")];
  if ((sha256 === undefined) === (certificate === undefined)) throw wrong(where, "it has a sha256 or a certificate");
  if (sha256 !== undefined && (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/i.test(sha256))) {
    throw wrong(where, "sha256 is the hash of the token: 64 hexadecimal digits");
  }
  if (sha256?.toLowerCase() === emptySha256) throw wrong(where, "sha256 is the hash of nothing: the token was empty");
  if (certificate !== undefined && (typeof certificate !== "string" || certificate === "")) {
    throw wrong(where, "certificate is the common name of a client certificate");
  }
  return {
    sha256: sha256 === undefined ? undefined : Buffer.from(sha256, "hex"),
    certificate,
    grant: {
      principal,
      namespaces: readScope(parts.get("namespaces"), `${where}: namespaces`),
      rights: new Set(readNames(parts.get("rights"), `${where}: rights`).map((name) => readRight(name, where))),
      ids: parts.has("ids") ? readScope(parts.get("ids"), `${where}: ids`) : "all",
      credential: sha256 === undefined ? `certificate ${certificate}` : `sha256 ${sha256.toLowerCase()}`,
    },
  };
}

function readScope(value: unknown, where: string): ReadonlySet<string> | "all" {
  const names = readNames(value, where);
  return names.includes("*") ? "all" : new Set(names);
}

function readNames(value: unknown, where: string): string[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(where, "it is a list with one member at least");
  return value.map((name: unknown) => {
    if (typeof name === "string" && (name === "*" || isName(name))) return name;
    throw wrong(where, `${JSON.stringify(name)} is no name: [A-Za-z0-9_-]{1,64}`);
  });
}

function readRight(name: string, where: string): Right {
  const right = rights.get(name);
  if (right !== undefined) return right;
  throw wrong(where, `there is no right '${name}'; there are ${[...rights.keys()].join(", ")}`);
}
