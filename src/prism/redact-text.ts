import { REDACTED } from "./model/index.js";

/** How names end whose values are secrets; in small letters, without what separates words. */
const secretNames =
  /(?:passwords?|passwd|passphrases?|passcodes?|secrets?|apikeys?|accesskeys?|privatekeys?|signingkey|encryptionkey|sharedkey|sessionkey|secretkey|tokens?|credentials?|authorization|cookies?|bearer|connectionstring)$/;
const wholeNames: ReadonlySet<string> = new Set(
  "auth,jwt,otp,pass,pin,pwd,session,sessionid,sid,mnemonic,ssn,cvv".split(","),
);

/** Under these, a value without a digit is a word, and none of them is a secret as a number. */
const countedNames = /tokens?$/;
const shortNames: ReadonlySet<string> = new Set(["auth", "otp", "pin", "pass", "session", "sid"]);

/** True for a value that is a secret under its name: of `tokens`, a number is how many; `pin: top-left` is a place. */
export function isSecretUnder(name: string, value: unknown): boolean {
  if (typeof value !== "number" && (typeof value !== "string" || value === "" || value === REDACTED)) return false;
  const plain = name.toLowerCase().replaceAll(/[\s_.-]/g, "");
  if (!wholeNames.has(plain) && !secretNames.test(plain)) return false;
  if (countedNames.test(plain)) return typeof value === "string" && !/^\d*$/.test(value);
  return !shortNames.has(plain) || /\d/.test(String(value));
}

/** What secrets look like. A group `keep` stays; the rest of what matched goes. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  // JSON Web Tokens.
  /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g,
  // Providers that mark their keys.
  /\b(?:sk|pk|rk)[-_](?=[\w-]*\d)[\w-]{16,}/g,
  /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}\b/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/g,
  /\bgl(?:pat|ptt|rt|dt|ft|soat)-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}|\bxapp-[\w-]{10,}/g,
  /\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}/g,
  /\b(?:npm|hf|r8|gsk|ntn|whsec)_[A-Za-z0-9]{20,}|\bpypi-[\w-]{30,}|\bdop_v1_[a-f0-9]{40,}|\bdapi[a-f0-9]{32}/g,
  /\bhv[sb]\.[\w-]{20,}|\bAGE-SECRET-KEY-1[A-Z0-9]{20,}|\b\d{8,10}:[\w-]{35}\b/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[a-f0-9]{32}\b|\bsq0[a-z]{3}-[\w-]{20,}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g,
  /\bhooks\.slack\.com\/services\/[\w/]{20,}|\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{20,}/g,
  /\bAccountKey=[A-Za-z0-9+/=]{20,}|\bSharedAccessSignature=[^;\s"']{10,}|[?&]sig=[A-Za-z0-9%+/=]{20,}/g,
  // Headers, and values with their scheme.
  /(?<keep>\b(?:set-cookie|cookie|proxy-authorization|authorization|x-api-key)["']?\s*:\s*["']?)(?=[^\r\n"']*[\d=])[^\r\n"']{6,}/gi,
  /(?<keep>\b(?:[Bb]earer|[Bb]asic|[Dd]igest|[Nn]egotiate|BEARER|BASIC)\s+)(?=\S*[\d=])[\w.~+/=-]{8,}/g,
  // The password of a connection, and of a login.
  /(?<keep>\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)[^\s/@"']+(?=@)/gi,
  /(?<keep>\blogin\s+\S+\s+password\s+)\S+/gi,
  // A name and its value within a text: after `=`, after a flag, and after `:` if it is no mere word.
  /(?<keep>\b[\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|token)["']?\s*=\s*["']?)[^\s"',;&}]{4,}/gi,
  /(?<keep>--[\w-]*(?:password|secret|key|token)\s+)(?!-)\S{6,}/gi,
  /(?<keep>\b[\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|(?:auth|access|refresh)[_-]?token)["']?\s*:\s*["']?)(?=[^\s"',;&}]*\d)[^\s"',;&}]{4,}/gi,
];

/** A text without the secrets in it, and how many there were. `mask` says what stands in the place of one. */
export function redactText(
  text: string,
  mask: (secret: string) => string = () => REDACTED,
): { readonly text: string; readonly count: number } {
  let count = 0;
  let clean = text;
  for (const shape of shapes) {
    clean = clean.replaceAll(shape, (match: string, ...rest: unknown[]) => {
      if (match.endsWith(REDACTED)) return match;
      count += 1;
      const kept = keptOf(rest);
      return `${kept}${mask(match.slice(kept.length))}`;
    });
  }
  return { text: clean, count };
}

function keptOf(rest: readonly unknown[]): string {
  const groups = rest.at(-1);
  if (typeof groups !== "object" || groups === null || !("keep" in groups)) return "";
  return typeof groups.keep === "string" ? groups.keep : "";
}
