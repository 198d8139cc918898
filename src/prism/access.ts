import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { networkInterfaces } from "node:os";

/** Links that were given and not used, and sessions, at once; the oldest go first. */
const keptMax = 64;

/** Who may come in: pages from this very server, by a link that works once, or with the key that it was changed for. */
export class Access {
  readonly #tokens = new Set<string>();
  readonly #keys = new Set<string>();
  #hosts: ReadonlySet<string> = new Set();

  /** Accepts requests to this host and port, under the names that a browser on this machine may use. */
  listen(host: string, port: number): void {
    const addresses = host === "0.0.0.0" || host === "::" ? ownAddresses() : [host];
    const names = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
    const own = ["127.0.0.1", "localhost", "[::1]", ...names];
    this.#hosts = new Set(own.map((name) => `${name}:${port}`));
  }

  /** A token that opens the feed once. */
  createToken(): string {
    return remember(this.#tokens);
  }

  /** Changes a token for a session key, or takes a key again; undefined for anything else. A token is then gone. */
  enter(secret: string): string | undefined {
    const digest = digestOf(secret);
    if (has(this.#keys, digest)) return secret;
    if (!has(this.#tokens, digest)) return undefined;
    this.#tokens.delete(digest);
    return remember(this.#keys);
  }

  /** True if a request names this server as its host: another name that leads here is refused (DNS rebinding). */
  isOurs({ headers }: IncomingMessage): boolean {
    return this.#hosts.has(headers.host?.toLowerCase() ?? "");
  }

  /** True if a connection is opened by a page of this server, and by no other. */
  isOurPage({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    return origin?.toLowerCase() === `http://${host?.toLowerCase() ?? ""}`;
  }
}

/** The addresses of this machine. */
function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((own) => (own ?? []).map(({ address }) => address));
}

function remember(digests: Set<string>): string {
  const secret = randomBytes(32).toString("base64url");
  digests.add(digestOf(secret));
  const [oldest] = digests;
  if (digests.size > keptMax && oldest !== undefined) digests.delete(oldest);
  return secret;
}

function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function has(digests: ReadonlySet<string>, digest: string): boolean {
  const wanted = Buffer.from(digest);
  return [...digests].some((one) => timingSafeEqual(Buffer.from(one), wanted));
}
