import { useState } from "preact/hooks";
import { describeTrace } from "../model/index.js";
import { actions, goTo, viewNames } from "./keys.js";
import { Overlay } from "./overlay.js";
import { readSaved } from "./filter-box.js";
import type { Session } from "./state/session.js";

/** Something that can be done, found by its words. */
interface Choice {
  readonly text: string;
  /** The key that does the same; empty: there is none. */
  readonly keys: string;
  readonly run: () => void;
}

/** So many are shown; more words find the others. */
const shownMax = 12;
/** So many traces and so many participants are looked through, the newest first. */
const foundMax = 500;

/** Everything that the page can do and show, by its name: typing narrows it, Enter does it. */
export function Palette({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [choices] = useState(() => choicesOf(session));
  const wanted = words.toLowerCase().split(/\s+/);
  const found = choices
    .filter(({ text }) => wanted.every((word) => text.toLowerCase().includes(word)))
    .slice(0, shownMax);
  const run = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    onClose();
    // After the focus is back, since what is done may take it elsewhere.
    requestAnimationFrame(() => choice.run());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (event.key === "Enter") run(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Overlay label="Go to" isHigh onClose={onClose}>
      <div class="palette">
        <input
          type="text"
          role="combobox"
          aria-label="Go to"
          aria-expanded={true}
          aria-controls="choices"
          aria-autocomplete="list"
          aria-activedescendant={found.length === 0 ? undefined : `choice-${at}`}
          placeholder="A view, an action, a filter, a participant, a trace"
          autocomplete="off"
          spellcheck={false}
          value={words}
          onInput={(event) => {
            setWords(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <Choices found={found} at={at} run={run} />
      </div>
    </Overlay>
  );
}

interface ChoicesProps {
  readonly found: readonly Choice[];
  readonly at: number;
  readonly run: (choice: Choice) => void;
}

function Choices({ found, at, run }: ChoicesProps) {
  return (
    <>
      <ul id="choices" role="listbox" aria-label="Choices">
        {found.map((choice, index) => (
          <li
            key={choice.text}
            id={`choice-${index}`}
            role="option"
            aria-selected={index === at}
            class={index === at ? "is-selected" : ""}
            onClick={() => run(choice)}
          >
            <span>{choice.text}</span>
            {choice.keys === "" ? null : <kbd>{choice.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p class="rows-empty">Nothing has these words.</p> : null}
    </>
  );
}

function choicesOf(session: Session): readonly Choice[] {
  const { store, traces } = session.seen;
  const now = session.now();
  const newest = (ids: Iterable<string>): readonly string[] => [...ids].slice(-foundMax).reverse();
  return [
    ...Object.entries(goTo).map(([key, view]) => ({
      text: `View: ${viewNames[view]}`,
      keys: `g ${key}`,
      run: () => session.select({ view }),
    })),
    ...actions.map(({ name, does, run }) => ({ text: `Do: ${does}`, keys: name, run: () => run(session) })),
    ...readSaved().map((filter) => ({ text: `Filter: ${filter}`, keys: "", run: () => session.select({ filter }) })),
    ...newest(store.participants.keys()).map((participant) => ({
      text: `Participant: ${participant}`,
      keys: "",
      run: () => session.select({ view: "graph", participant, signal: "" }),
    })),
    ...newest(store.traces.keys()).map((trace) => {
      const summary = traces.summary(trace, now);
      return {
        text: `Trace ${trace}${summary === undefined ? "" : `: ${describeTrace(summary)}`}`,
        keys: "",
        run: () => session.select({ view: "tree", trace, signal: "" }),
      };
    }),
  ];
}
