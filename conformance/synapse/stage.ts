import { Finding, type Emit } from "../run/verdict.js";
import { SuiteError } from "../ground/suite-error.js";
import type { ValueObject } from "../wire/value.js";
import type { DataObject } from "./case-file.js";
import { Peer, type Place } from "./peer.js";
import { resolveObject, type Saved } from "./resolve.js";

/** What a case plays on: a namespace of its own, the peers that joined it, and what it has saved. */
export class Stage {
  readonly names = new Map<string, Saved>();
  readonly namespace: string;
  readonly place: Place;
  readonly emit: Emit;
  readonly #peers = new Map<string, Peer>();
  readonly #refused = new Set<string>();
  #isDraining = false;
  #wentElsewhere = false;

  constructor(place: Place, namespace: string, emit: Emit) {
    this.place = place;
    this.namespace = namespace;
    this.emit = emit;
  }

  /** The peer of that name. Throws SuiteError if none has joined. */
  peer(name: string): Peer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new SuiteError(`${name} has not joined`);
    return peer;
  }

  /** What was saved under a name. Throws SuiteError if nothing was. */
  saved(name: string): Saved {
    const saved = this.names.get(name);
    if (saved === undefined) throw new SuiteError(`nothing was saved as ${name}`);
    return saved;
  }

  /** True if it has used another namespace beside its own. */
  get wentElsewhere(): boolean {
    return this.#wentElsewhere;
  }

  /** A hello as a case means it: what it gives, and what else one has. */
  hello(dendriteId: string, given: DataObject): ValueObject {
    return this.readHello({ versions: [1], namespace: this.namespace, dendrite_id: dendriteId, ...given });
  }

  /** What a case gives of a hello: the namespace `$elsewhere` is another one that no other case uses. */
  readHello(given: DataObject): ValueObject {
    if (given["namespace"] !== "$elsewhere") return resolveObject(given, this.names);
    this.#wentElsewhere = true;
    return resolveObject({ ...given, namespace: `${this.namespace}-elsewhere` }, this.names);
  }

  /** A peer with a link, before its hello. */
  open(name: string, token = this.place.token): Peer {
    const peer = new Peer({ ...this.place, token }, name, name);
    this.#peers.set(name, peer);
    return peer;
  }

  /** Lets a peer join. Rejects with a Finding if it is not welcomed. */
  async join(name: string, given: DataObject = {}): Promise<Peer> {
    const peer = this.open(name);
    await peer.hello(this.hello(name, given));
    return peer;
  }

  /** Lets the Synapse drain. Nobody can join it after that. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.place.drain();
  }

  /** A Signal was refused: nobody may ever get it. */
  addRefused(id: string): void {
    this.#refused.add(id);
  }

  /** Throws a Finding if a Signal that was refused was delivered to one of the peers. */
  checkRefused(): void {
    for (const [name, { delivered }] of this.#peers) {
      const stranger = [...delivered].find((id) => this.#refused.has(id));
      if (stranger !== undefined) {
        throw new Finding("failed", `COS-OBS-009: ${name} got ${stranger}, which was refused`);
      }
    }
  }

  /** Ends what is open, and then shows that the Synapse still serves whoever comes. */
  async close(isWell: boolean): Promise<void> {
    try {
      if (isWell && !this.#isDraining) {
        const probe = await this.join("probe-at-the-end");
        await probe.fence().catch((thrown: unknown) => {
          throw new Finding("failed", `afterwards the Synapse no longer serves: ${String(thrown)}`);
        });
      }
    } finally {
      for (const peer of this.#peers.values()) peer.close();
    }
  }
}
