import { describe, expect, test } from "vitest";
import { Hello, Right } from "../../../../gen/cosmonapse/v1/frames.js";
import { authorize, covers, OPEN_GRANT, type Grant, type Held } from "./grant.js";

const grant: Grant = {
  principal: "workers",
  namespaces: new Set(["demo"]),
  rights: new Set([Right.OBSERVE, Right.PARTICIPATE]),
  ids: new Set(["thinker", "writer"]),
  credential: "sha256 1",
};

const hello = (parts: Partial<Hello>): Hello => Hello.create({ namespace: "demo", ...parts });

describe("a session has", () => {
  test("all the rights of its credential if it asks for none, and no more than it asks for", () => {
    expect(authorize(grant, hello({}))).toEqual([Right.OBSERVE, Right.PARTICIPATE]);
    expect(authorize(grant, hello({ rights: [Right.PARTICIPATE] }))).toEqual([Right.PARTICIPATE]);
    expect(authorize(OPEN_GRANT, hello({ rights: [Right.OBSERVE] }))).toEqual([Right.OBSERVE]);
  });

  test.each([
    ["a right that is not granted", { rights: [Right.OBSERVE, Right.OPERATE] }, "COS-SEC-004"],
    ["the right that is none", { rights: [Right.UNSPECIFIED] }, "COS-SEC-004"],
    ["another namespace", { namespace: "other" }, "COS-SEC-008"],
    ["a namespace with another case", { namespace: "Demo" }, "COS-SEC-008"],
    ["no namespace", { namespace: "" }, "COS-SEC-008"],
  ])("no place if it asks for %s", (_, parts, requirement) => {
    expect(() => authorize(grant, hello(parts))).toThrow(
      expect.objectContaining({
        code: "PERMISSION_DENIED",
        detail: expect.objectContaining({ requirement }),
      }),
    );
  });
});

describe("what a session has", () => {
  const held: Held = { principal: "workers", namespace: "demo", rights: grant.rights, ids: grant.ids };

  test.each<[string, Partial<Grant>]>([
    ["the same", {}],
    ["all namespaces", { namespaces: "all" }],
    ["another namespace besides", { namespaces: new Set(["demo", "other"]) }],
    ["another right besides", { rights: OPEN_GRANT.rights }],
    ["another id besides", { ids: new Set(["thinker", "writer", "reader"]) }],
    ["any id", { ids: "all" }],
    ["it by another token", { credential: "sha256 2" }],
  ])("stays where the credential grants %s", (_, parts) => {
    expect(covers({ ...grant, ...parts }, held)).toBe(true);
  });

  test.each<[string, Partial<Grant>]>([
    ["to somebody else", { principal: "others" }],
    ["to nobody in particular", { principal: undefined }],
    ["another namespace only", { namespaces: new Set(["other"]) }],
    ["fewer rights", { rights: new Set([Right.OBSERVE]) }],
    ["fewer ids", { ids: new Set(["thinker"]) }],
  ])("goes where the credential grants it %s", (_, parts) => {
    expect(covers({ ...grant, ...parts }, held)).toBe(false);
  });

  test("goes where any id was granted, and only some are", () => {
    expect(covers(grant, { ...held, ids: "all" })).toBe(false);
  });

  test("is judged by what the session took, not by what it could have taken", () => {
    expect(covers({ ...grant, rights: new Set([Right.OBSERVE]) }, { ...held, rights: new Set([Right.OBSERVE]) })).toBe(
      true,
    );
  });
});
