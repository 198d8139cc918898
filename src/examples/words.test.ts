import { expect, test } from "vitest";
import { contentWords } from "./words.js";

test.each([
  ["leaves out the words of every text", "Which op is it, if there is the entry?", "op entry"],
  ["takes the parts of a name", "ALREADY_EXISTS mergeKey top_k COS-OP-001", "already exist merg key top k cos op 001"],
  ["keeps repeats and their order", "one two one", "one two one"],
  ["takes a character of Han for a word", "生命 sun", "生 命 sun"],
  ["keeps the accents of other languages", "Straße señor", "straße señor"],
])("a text %s", (_, text, words) => {
  expect(contentWords(text)).toEqual(words.split(" "));
});

test.each([
  "fail fails failed failing",
  "entry entries",
  "delete deletes deleted deleting",
  "stop stops stopped stopping",
])("%s are one word", (forms) => {
  expect(new Set(contentWords(forms)).size).toBe(1);
});

test.each(["bus", "class", "this", "thing", "need", "red", "status", "string", "process"])(
  "%s is not taken for a form of another word",
  (text) => {
    const shorter = text.replace(/(?:s|ed|ing)$/, "");
    expect(contentWords(text)).not.toEqual([shorter]);
  },
);
