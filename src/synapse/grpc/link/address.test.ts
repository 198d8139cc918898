import { describe, expect, test } from "vitest";
import { connectSynapse } from "../index.js";
import { readAddress, toUrl } from "./address.js";

describe("an address", () => {
  test.each([
    ["cosmo://127.0.0.1:7070", { host: "127.0.0.1", port: 7070, isSecure: false }],
    ["cosmo://localhost", { host: "localhost", port: 7070, isSecure: false }],
    ["cosmos://bus.example.org:443", { host: "bus.example.org", port: 443, isSecure: true }],
    ["cosmo://[::1]:9", { host: "::1", port: 9, isSecure: false }],
  ])("is read: %s", (url, address) => {
    expect(readAddress(url)).toEqual(address);
    expect(readAddress(toUrl(address))).toEqual(address);
  });

  test.each([
    ["http://127.0.0.1:7070", "it begins with cosmo://"],
    ["127.0.0.1:7070", "it begins with cosmo://"],
    ["", "it begins with cosmo://"],
    ["cosmo://127.0.0.1:7070/demo", "without '/demo'"],
    ["cosmo://127.0.0.1:7070?token=x", "without '?token=x'"],
    ["cosmo://user:secret@127.0.0.1", "give a token as an option"],
    ["cosmo://", "cosmo://"],
  ])("is refused: %s", async (url, rule) => {
    const refused: unknown = await connectSynapse(url).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(String(refused)).toContain(rule);
    expect(String(refused)).not.toContain("secret");
  });

  test("of this process opens a bus of its own", async () => {
    await using synapse = await connectSynapse("memory://");
    await expect(synapse.connect()).resolves.toBeUndefined();
  });

  test("where nobody answers is named", async () => {
    const refused = connectSynapse("cosmo://127.0.0.1:1", { connectTimeoutMs: 200 });
    await expect(refused).rejects.toThrow(/UNAVAILABLE.*cosmo:\/\/127\.0\.0\.1:1/);
  });
});
