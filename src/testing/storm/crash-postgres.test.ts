import { beforeEach, describe, expect, inject, test } from "vitest";
import { PostgresServer } from "../postgres/index.js";
import { crashHosts, crashServer } from "./crash.js";

const times = process.env["COSMO_LONG"] === "1" ? 10 : 1;

beforeEach(({ skip }) => {
  if (inject("postgresDsn") === "") skip(inject("postgresMissing"));
});

describe("on PostgreSQL nothing is lost that was acknowledged", () => {
  test("when the host of the Engram is killed", { timeout: times * 120_000 }, async () => {
    const kills = 40 * times;
    await using server = await PostgresServer.start();
    const report = await crashHosts({ kind: "postgres", dsn: server.dsn, schema: "crash" }, kills);
    expect(report.findings).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(kills);
    expect(report.torn).toBeGreaterThan(kills);
  });

  test(
    "when the server is killed under two hosts, which go on with the next",
    { timeout: times * 120_000 },
    async () => {
      const kills = 15 * times;
      await using server = await PostgresServer.start();
      const report = await crashServer(server, { kind: "postgres", dsn: server.dsn, schema: "crash" }, kills);
      expect(report.findings).toEqual([]);
      expect(report.acknowledged).toBeGreaterThan(kills);
      expect(report.torn).toBeGreaterThan(kills);
    },
  );
});
