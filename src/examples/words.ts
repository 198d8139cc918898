// Words that English uses everywhere say nothing of what a text is about.
const stopWords = new Set(
  (
    "a an and any are as at be been but by can did do does for from had happen happened happens has have he her his how i if in into is it its " +
    "may me my no not of on or our she so such than that the their them then there these they this those to us was we " +
    "were what when where which who whom whose why will with would you your"
  ).split(" "),
);

const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu;

/**
 * The words of a text that carry its meaning, in order and with repeats: lower case, without their English endings, so
 * that `fails` finds `failed`. A name falls into its words, so that `already exists` finds `ALREADY_EXISTS`.
 */
export function contentWords(text: string): string[] {
  const spread = text.normalize("NFKC").replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, " ");
  const words = (spread.match(word) ?? []).map((one) => one.toLowerCase());
  return words.filter((one) => !stopWords.has(one)).map(stem);
}

/** One form for the forms of an English word; rough, but the same for question and text. */
function stem(text: string): string {
  if (text.length < 4 || !/^[a-z]+$/.test(text)) return text;
  const singular = text.replace(/ies$/, "y").replace(/(?<=ss|sh|ch|x|z)es$|(?<![sui])s$/, "");
  const root = singular.replace(/(?<=[aeiouy].*[a-z]{1,2})(?:ed|ing)$/, "");
  const undoubled = root === singular ? root : root.replace(/([bdgmnprt])\1$/, "$1");
  return undoubled.length < 4 ? undoubled : undoubled.replace(/e$/, "");
}
