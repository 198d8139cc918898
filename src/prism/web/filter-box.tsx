import { useState } from "preact/hooks";
import type { Session } from "./state/session.js";

const savedName = "prism-filters";
const savedMax = 20;

/** The filter: the language of `cosmo doppler`, with those that were saved. */
export function FilterBox({ session }: { readonly session: Session }) {
  const [saved, setSaved] = useState(readSaved);
  const { filter } = session.address.value;
  const error = session.filterError.value;
  const keep = (filters: readonly string[]): void => {
    setSaved(filters);
    localStorage.setItem(savedName, JSON.stringify(filters));
  };
  const isSaved = saved.includes(filter);
  return (
    <form class="filter" role="search" onSubmit={(event) => event.preventDefault()}>
      <label for="filter">Filter</label>
      <input
        id="filter"
        type="search"
        list="saved-filters"
        autocomplete="off"
        spellcheck={false}
        placeholder='type:TASK -type:HEARTBEAT neuron:planner took:>500ms "text"'
        value={filter}
        title={error}
        aria-invalid={error !== ""}
        aria-describedby="filter-error"
        onInput={(event) => session.select({ filter: event.currentTarget.value })}
      />
      <datalist id="saved-filters">
        {saved.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button
        type="button"
        disabled={filter === ""}
        onClick={() => keep(isSaved ? saved.filter((one) => one !== filter) : [filter, ...saved].slice(0, savedMax))}
      >
        {isSaved ? "Forget" : "Save"}
      </button>
      <span id="filter-error" class="filter-error" role="status">
        {error.replace(/^\[\w+\] /, "")}
      </span>
    </form>
  );
}

/** The filters that were saved in this browser, the newest first. */
export function readSaved(): readonly string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(savedName) ?? "[]");
    return Array.isArray(read) ? read.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
