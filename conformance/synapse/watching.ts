import { textOf, toCount } from "./read-value.js";
import type { ValueObject } from "../wire/value.js";

interface Watch {
  /** The last position that was shown or told as missing. */
  position: number;
  isLive: boolean;
}

/** The subscriptions of a peer: what every Synapse promises of them, whatever the case is about. */
export class Watching {
  readonly #watches = new Map<string, Watch>();

  /** It is asked for; whatever was under its id is over. */
  begin(id: string): void {
    this.#watches.set(id, { position: 0, isLive: false });
  }

  /** A Live came for it. */
  live(id: string): void {
    const watch = this.#watches.get(id);
    if (watch !== undefined) watch.isLive = true;
  }

  /** What is wrong with a delivery to it; undefined: nothing. (COS-OBS-001, COS-OBS-004) */
  faultOfDelivery({ reason, subscription_id: id, position }: ValueObject): string | undefined {
    const watch = this.#watches.get(textOf(id));
    if (watch === undefined) return undefined;
    if (reason === "SNAPSHOT" && watch.isLive) return `COS-OBS-004: a snapshot came behind the Live of ${textOf(id)}`;
    if (reason !== "OBSERVED" || toCount(position) === 0) return undefined;
    if (!watch.isLive) return `COS-OBS-004: something was shown before the Live of ${textOf(id)}`;
    return this.#advance(watch, { first: toCount(position), last: toCount(position) });
  }

  /** What is wrong with a Gap; undefined: nothing. (COS-OBS-007) */
  faultOfGap({ subscription_id: id, first, last, missed }: ValueObject): string | undefined {
    const [from, to, count] = [toCount(first), toCount(last), toCount(missed)];
    if (count < 1 || from > to || count > to - from + 1) {
      return `COS-OBS-007: a Gap from ${from} to ${to} cannot miss ${count}`;
    }
    const watch = this.#watches.get(textOf(id));
    return watch === undefined ? undefined : this.#advance(watch, { first: from, last: to });
  }

  #advance(watch: Watch, { first, last }: { readonly first: number; readonly last: number }): string | undefined {
    const before = watch.position;
    watch.position = Math.max(before, last);
    return first > before ? undefined : `COS-OBS-001: the position ${first} came behind ${before}`;
  }
}
