import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { CosmoError } from "../../../errors/index.js";
import { readAddress } from "../link/address.js";
import { createCallMetadata, createChannelCredentials } from "./client-credentials.js";

const here = readAddress("cosmo://127.0.0.1");

function errorOf(make: () => unknown): CosmoError {
  try {
    make();
  } catch (thrown) {
    if (thrown instanceof CosmoError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

describe("a token", () => {
  test.each(["the-secret\n", "the-secret ", "the secret", "thé-secret", "the-secret\u0000", ""])(
    "that cannot be one is refused, and not shown: %j",
    (token) => {
      for (const error of [
        errorOf(() => createChannelCredentials(here, { tls: undefined, token })),
        errorOf(() => createCallMetadata({ tls: undefined, token: () => token })),
      ]) {
        expect([error.code, error.detail.field]).toEqual(["INVALID_ARGUMENT", "token"]);
        expect(inspect(error, { depth: Infinity })).not.toMatch(/secret/);
      }
    },
  );

  test("goes with each call as it is then", () => {
    const given = ["first", "second"];
    const proof = { tls: undefined, token: () => given.shift() ?? "" };
    const shown = [createCallMetadata(proof), createCallMetadata(proof)];
    expect(shown.map((metadata) => metadata.get("authorization"))).toEqual([["Bearer first"], ["Bearer second"]]);
    expect(createCallMetadata({ tls: undefined, token: undefined }).get("authorization")).toEqual([]);
  });

  test("that its owner fails to give is told as an error with a code", () => {
    const error = errorOf(() =>
      createCallMetadata({
        tls: undefined,
        token: () => {
          throw new TypeError("the vault has the-secret under another name");
        },
      }),
    );
    expect([error.code, error.detail.field]).toEqual(["INVALID_ARGUMENT", "token"]);
    expect(error.message).not.toMatch(/the-secret/);
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test.each(["bus.example.org", "10.0.0.1", "[fe80::1]", "localhost.example.org", "127.1"])(
    "does not go to %s in the clear",
    (host) => {
      for (const token of ["x", () => "x"]) {
        const error = errorOf(() =>
          createChannelCredentials(readAddress(`cosmo://${host}`), { tls: undefined, token }),
        );
        expect([error.code, error.detail.field]).toEqual(["INVALID_ARGUMENT", "token"]);
        expect(() =>
          createChannelCredentials(readAddress(`cosmos://${host}`), { tls: undefined, token }),
        ).not.toThrow();
      }
    },
  );

  test.each(["127.0.0.1", "127.3.2.1", "[::1]", "localhost"])("may go to %s in the clear", (host) => {
    const address = readAddress(`cosmo://${host}`);
    expect(() => createChannelCredentials(address, { tls: undefined, token: "x" })).not.toThrow();
  });
});

describe("the TLS of a client", () => {
  test("needs an address with TLS", () => {
    expect(errorOf(() => createChannelCredentials(here, { tls: {}, token: undefined })).message).toMatch(
      /^\[INVALID_ARGUMENT\] tls: .*cosmos:\/\//,
    );
  });

  test.each([
    ["an authority that is no PEM", { ca: "no PEM" }],
    ["a certificate without a key", { cert: "no PEM" }],
    ["a key without a certificate", { key: "the-secret" }],
    ["a key that is no PEM", { cert: "no PEM", key: "the-secret" }],
  ])("refuses %s", (_, tls) => {
    const error = errorOf(() => createChannelCredentials(readAddress("cosmos://localhost"), { tls, token: undefined }));
    expect([error.code, error.detail.field]).toEqual(["INVALID_ARGUMENT", "tls"]);
    expect(inspect(error, { depth: Infinity })).not.toMatch(/the-secret/);
  });
});
