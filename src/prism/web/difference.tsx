import { useMemo } from "preact/hooks";
import { makeHarmless } from "../../doppler/index.js";
import { signalToJson } from "../../signal/index.js";
import { compareJson, countOf, type ViewSignal } from "../model/index.js";

/** A value has no more than so many characters here. */
const textMax = 2_000;

/** So many differences are shown. */
const changesMax = 500;

/** Where a Signal differs from another one. */
export function Difference({ before, after }: { readonly before: ViewSignal; readonly after: ViewSignal }) {
  const changes = useMemo(() => compareJson(signalToJson(before.signal), signalToJson(after.signal)), [before, after]);
  return (
    <div class="payload is-tree" tabIndex={0} role="region" aria-label="How the two Signals differ">
      <table class="difference">
        <caption>
          {countOf(changes.length, "difference")} between {before.id} and {after.id}
          {changes.length > changesMax ? `, of which ${changesMax} are shown` : ""}
        </caption>
        <thead>
          <tr>
            <th scope="col">Path</th>
            <th scope="col">First</th>
            <th scope="col">This</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, changesMax).map(({ path, before: was, after: is }) => (
            <tr key={path}>
              <th scope="row">{makeHarmless(path)}</th>
              <td class="is-before">{was === undefined ? "–" : makeHarmless(was.slice(0, textMax))}</td>
              <td class="is-after">{is === undefined ? "–" : makeHarmless(is.slice(0, textMax))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
