import { describe, expect, test } from "vitest";
import { checkListenAddress, type ListenProtection } from "./listen-address.js";

const bare: ListenProtection = { hasTls: false, hasTokens: false, isInsecure: false };

describe("a Synapse may listen", () => {
  test.each(["127.0.0.1", "127.255.0.7", "::1", "0:0:0:0:0:0:0:1", "localhost"])(
    "on %s, which only this machine reaches",
    (host) => {
      expect(() => checkListenAddress(host, bare)).not.toThrow();
    },
  );

  test.each([
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "bus.example.org",
    "localhost.example.org",
    "127.0.0.1.example.org",
    "",
  ])("on '%s' with TLS and tokens, or as the operator's own risk", (host) => {
    const refusal = (message: string) =>
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        detail: expect.objectContaining({ requirement: "COS-SEC-002", message: expect.stringContaining(message) }),
      });
    expect(() => checkListenAddress(host, bare)).toThrow(refusal("give tls and tokens,"));
    expect(() => checkListenAddress(host, { ...bare, hasTls: true })).toThrow(refusal("give tokens,"));
    expect(() => checkListenAddress(host, { ...bare, hasTokens: true })).toThrow(refusal("give tls,"));
    expect(() => checkListenAddress(host, { ...bare, hasTls: true, hasTokens: true })).not.toThrow();
    expect(() => checkListenAddress(host, { ...bare, isInsecure: true })).not.toThrow();
  });
});
