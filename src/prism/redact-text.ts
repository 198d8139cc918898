/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** Names whose values are secrets, whatever they look like; without case, `_` and `-`. */
const secretNames =
  /(?:^|.*)(?:passw(?:or)?d|passphrase|secret|apikey|accesskey|privatekey|signingkey|encryptionkey|sharedkey|authtoken|accesstoken|refreshtoken|idtoken|sessiontoken|bearertoken|csrftoken|clientsecret|credentials?|authorization|proxyauthorization|setcookie)$/;
const wholeNames: ReadonlySet<string> = new Set(
  "auth,cookie,cookies,jwt,otp,pass,pin,pwd,sessionid,sid,token,tokens,xapikey,xauthtoken,mnemonic,ssn,cvv".split(","),
);

/** True for the name of a part whose value is a secret. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[\s_.-]/g, "");
  return wholeNames.has(plain) || secretNames.test(plain);
}

/** What secrets look like. A group `keep` stays; the rest of what matched goes. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // JSON Web Tokens.
  /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g,
  // Providers that mark their keys.
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct|admin)?[-_]?[\w-]{16,}/g,
  /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}\b/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{16,}|\bglptt-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}|\bxapp-[\w-]{10,}/g,
  /\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{30,}|\bdop_v1_[a-f0-9]{40,}|\bhf_[A-Za-z0-9]{20,}|\br8_[A-Za-z0-9]{30,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[a-f0-9]{32}\b|\bsq0[a-z]{3}-[\w-]{20,}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g,
  /\bhooks\.slack\.com\/services\/[\w/]{20,}|\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{20,}/g,
  /\bAccountKey=[A-Za-z0-9+/=]{20,}|\bSharedAccessSignature=[^;\s"']{10,}|[?&]sig=[A-Za-z0-9%+/=]{20,}/g,
  // Said with its scheme.
  /(?<keep>\b(?:[Bb]earer|[Bb]asic|[Dd]igest|[Nn]egotiate|BEARER|BASIC)\s+)(?=\S*[A-Z0-9=])[\w.~+/=-]{8,}/g,
  // The password of a connection.
  /(?<keep>\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)[^\s@"']+(?=@)/gi,
  // A name and its value within a text.
  /(?<keep>\b[\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token)["']?\s*[:=]\s*["']?)[^\s"',;&}]{4,}/gi,
];

/** A text without the secrets in it, and how many there were. */
export function redactText(text: string): { readonly text: string; readonly count: number } {
  let count = 0;
  let clean = text;
  for (const shape of shapes) {
    clean = clean.replaceAll(shape, (match: string, ...rest: unknown[]) => {
      if (match.endsWith(REDACTED)) return match;
      count += 1;
      return `${keptOf(rest)}${REDACTED}`;
    });
  }
  return { text: clean, count };
}

function keptOf(rest: readonly unknown[]): string {
  const groups = rest.at(-1);
  if (typeof groups !== "object" || groups === null || !("keep" in groups)) return "";
  return typeof groups.keep === "string" ? groups.keep : "";
}
