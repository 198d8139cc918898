import fc from "fast-check";
import { expect, test } from "vitest";
import { ULID_DIGITS } from "./ulid.js";
import { UlidWords, ULID_WORDS } from "./ulid-words.js";

const ulids = fc
  .tuple(fc.nat(7), fc.array(fc.nat(31), { minLength: 25, maxLength: 25 }))
  .map(([first, rest]) => [first, ...rest].map((digit) => ULID_DIGITS[digit]).join(""));

test("UlidWords tell two ULIDs apart by one digit, wherever it stands, and know an equal one among others", () => {
  fc.assert(
    fc.property(ulids, fc.nat(25), fc.integer({ min: 1, max: 7 }), fc.nat(3), (ulid, at, by, place) => {
      const those = new Int32Array(4 * ULID_WORDS);
      const [one, again, other] = [new UlidWords(), new UlidWords(), new UlidWords()];
      one.read(`evt_${ulid}`, 4);
      one.write(those, place);
      again.read(`trc_${ulid}`, 4);
      expect([again.equals(those, place), again.hash]).toEqual([true, one.hash]);
      const digit = (ULID_DIGITS.indexOf(ulid[at] ?? "") + by) % (at === 0 ? 8 : 32);
      other.read(`evt_${ulid.slice(0, at)}${ULID_DIGITS[digit] ?? ""}${ulid.slice(at + 1)}`, 4);
      expect(other.equals(those, place)).toBe(false);
    }),
  );
});
