import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { CosmoError } from "../../errors/index.js";
import type { HubSession, Registration, Wanted } from "./model.js";

/** True if a registration serves what is wanted: every part that is given holds. */
export function serves(body: RegisterBody, { address, role }: Wanted): boolean {
  if (role !== ParticipantRole.UNSPECIFIED && body.role !== role) return false;
  if (address === undefined) return true;
  if (address.id !== "" && address.id !== body.id) return false;
  if (address.type !== "" && address.type !== body.kind) return false;
  return address.capabilities.every((capability) => body.capabilities.includes(capability));
}

/** The live registrations of a namespace: replicas share an id. */
export class Registry {
  readonly #byId = new Map<string, Set<Registration>>();
  #count = 0;

  /** How many registrations are live. */
  get size(): number {
    return this.#count;
  }

  /** Refuses a registration that contradicts a live one: another role, or an Engram with another store. */
  check(session: HubSession, body: RegisterBody): void {
    for (const other of this.#byId.get(body.id) ?? []) {
      if (other.session === session) continue;
      if (other.body.role !== body.role) {
        throw new CosmoError("CONFLICT", `'${body.id}' is registered with another role; choose another id`, {
          requirement: "COS-REG-006",
          field: "register.role",
        });
      }
      if (other.body.storeId !== body.storeId) {
        throw new CosmoError(
          "CONFLICT",
          `'${body.id}' is registered with another store: two memories cannot pose as one`,
          {
            requirement: "COS-REG-007",
            field: "register.store_id",
          },
        );
      }
    }
  }

  /** Adds a registration; one of the same session and id was removed before. */
  add(registration: Registration): void {
    const { id } = registration.body;
    const replicas = this.#byId.get(id) ?? new Set();
    replicas.add(registration);
    this.#byId.set(id, replicas);
    registration.session.registrations.set(id, registration);
    this.#count += 1;
  }

  /** Removes a registration. */
  remove(registration: Registration): void {
    const { id } = registration.body;
    const replicas = this.#byId.get(id);
    if (replicas?.delete(registration) !== true) return;
    if (replicas.size === 0) this.#byId.delete(id);
    if (registration.session.registrations.get(id) === registration) registration.session.registrations.delete(id);
    this.#count -= 1;
  }

  /** Those who serve what is wanted, by id. */
  match(wanted: Wanted): Map<string, Registration[]> {
    const found = new Map<string, Registration[]>();
    const id = wanted.address?.id ?? "";
    const candidates = id === "" ? this.#byId.entries() : [[id, this.#byId.get(id) ?? []] as const];
    for (const [name, replicas] of candidates) {
      const matching = [...replicas].filter(({ body }) => serves(body, wanted));
      if (matching.length > 0) found.set(name, matching);
    }
    return found;
  }

  /** The ids of a role, in order, at most `max`: what to offer when nobody serves an address. */
  ids(role: ParticipantRole, max: number): string[] {
    const ids: string[] = [];
    for (const [id, replicas] of this.#byId) {
      const [one] = replicas;
      if (one !== undefined && (role === ParticipantRole.UNSPECIFIED || one.body.role === role)) ids.push(id);
    }
    return ids.sort().slice(0, max);
  }

  /** All live registrations. */
  *all(): Iterable<Registration> {
    for (const replicas of this.#byId.values()) yield* replicas;
  }
}
