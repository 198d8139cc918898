import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Right } from "../../../../gen/cosmonapse/v1/frames.js";
import { Credentials, type CredentialEntry } from "./credentials.js";

const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");

const worker = {
  principal: "workers",
  sha256: sha256("the-token-of-the-worker"),
  namespaces: ["demo"],
  rights: ["PARTICIPATE"],
  ids: ["thinker"],
} satisfies CredentialEntry;

const research = {
  principal: "research",
  certificate: "research-team",
  namespaces: ["*"],
  rights: ["OBSERVE", "OPERATE"],
} satisfies CredentialEntry;

const refusal = expect.objectContaining({
  code: "UNAUTHENTICATED",
  detail: expect.objectContaining({ requirement: "COS-SEC-007" }),
});

describe("credentials", () => {
  const credentials = new Credentials([worker, research], "tokens");
  const refusalOf = (authorization: string | undefined, certificate?: string): unknown => {
    try {
      return credentials.authenticate({ authorization, certificate });
    } catch (thrown) {
      return thrown;
    }
  };

  test("grant what stands beside the token, whatever the case of the scheme", () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const authorization = `${scheme} the-token-of-the-worker`;
      expect(credentials.authenticate({ authorization, certificate: undefined })).toMatchObject({
        principal: "workers",
        namespaces: new Set(["demo"]),
        rights: new Set([Right.PARTICIPATE]),
        ids: new Set(["thinker"]),
      });
    }
  });

  test("grant what stands beside the name of a certificate, where no token comes with it", () => {
    expect(credentials.authenticate({ authorization: undefined, certificate: "research-team" })).toMatchObject({
      principal: "research",
      namespaces: "all",
      rights: new Set([Right.OBSERVE, Right.OPERATE]),
      ids: "all",
    });
  });

  test.each([
    ["nothing", undefined],
    ["an empty header", ""],
    ["a scheme without a token", "Bearer "],
    ["another scheme of the same length", "Digest the-token-of-the-worker"],
    ["a token without a scheme", "the-token-of-the-worker"],
    ["a token that goes on", "Bearer the-token-of-the-worker2"],
    ["a token with a space before it", "Bearer  the-token-of-the-worker"],
    ["the hash in place of the token", `Bearer ${worker.sha256}`],
    ["the name of a certificate as a token", "Bearer research-team"],
  ])("refuse %s", (_, authorization) => {
    expect(refusalOf(authorization)).toEqual(refusal);
  });

  test("refuse a wrong token, also beside a certificate that is known", () => {
    expect(refusalOf("Bearer guessed", "research-team")).toEqual(refusal);
  });

  test("refuse the name of a principal, and of a certificate that is none", () => {
    for (const name of ["research", "Research-Team", ""]) expect(refusalOf(undefined, name)).toEqual(refusal);
  });

  test("take `*` for any id", () => {
    const any = new Credentials([{ ...worker, ids: ["*"] }], "tokens");
    expect(any.authenticate({ authorization: "Bearer the-token-of-the-worker", certificate: undefined }).ids).toBe(
      "all",
    );
  });
});

describe("a list of credentials", () => {
  test.each([
    ["no list", {}, "tokens: it is a list of credentials"],
    ["no object", [1], "tokens: entry 0: it is an object"],
    ["null", [null], "entry 0: it is an object"],
    ["no principal", [{ ...worker, principal: "" }], "entry 0: principal names who"],
    ["neither token nor certificate", [worker, { ...worker, sha256: undefined }], "entry 1: it has a sha256 or"],
    ["both of them", [{ ...worker, certificate: "x" }], "entry 0: it has a sha256 or a certificate"],
    ["a token in the clear", [{ ...worker, sha256: "the-token-of-the-worker" }], "64 hexadecimal digits"],
    ["the hash of nothing", [{ ...worker, sha256: sha256("").toUpperCase() }], "entry 0: sha256 is the hash of noth"],
    ["the same token twice", [worker, { ...worker, sha256: worker.sha256.toUpperCase() }], "entry 1: an earlier entry"],
    ["the same certificate twice", [research, worker, research], "entry 2: an earlier entry"],
    ["an empty certificate", [{ ...research, certificate: "" }], "entry 0: certificate is the common name"],
    ["an unknown field", [{ ...worker, token: "x" }], "entry 0: there is no field 'token'"],
    ["an unknown right", [{ ...worker, rights: ["RULE"] }], "there is no right 'RULE'; there are OBSERVE"],
    ["the right that is none", [{ ...worker, rights: ["UNSPECIFIED"] }], "there is no right 'UNSPECIFIED'"],
    ["no rights", [{ ...worker, rights: [] }], "rights: it is a list with one member"],
    ["no namespace", [{ ...worker, namespaces: [] }], "namespaces: it is a list with one member"],
    ["a namespace that is no name", [{ ...worker, namespaces: ["a b"] }], 'namespaces: "a b" is no name'],
    ["a namespace that is no list", [{ ...worker, namespaces: "demo" }], "namespaces: it is a list"],
    ["ids that nobody can have", [{ ...worker, ids: [] }], "ids: it is a list with one member"],
    ["an id that is no name", [{ ...worker, ids: [7] }], "ids: 7 is no name"],
  ])("is refused with %s, and the token that it has is not shown", (_, entries, message) => {
    const make = (): Credentials => new Credentials(entries, "tokens");
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(make).toThrow(message);
    expect(make).not.toThrow(/the-token-of/);
  });
});
