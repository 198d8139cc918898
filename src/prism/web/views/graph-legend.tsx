import { countOf } from "../../model/index.js";

/** What the marks of the graph mean, and what it leaves out. */
export function Legend({ hidden, skipped }: { readonly hidden: number; readonly skipped: number }) {
  return (
    <ul class="graph-legend" aria-label="What the marks mean">
      <li>
        <span class="graph-key kind-dendrite">D</span> asks (Dendrite)
      </li>
      <li>
        <span class="graph-key kind-neuron">N</span> works (Neuron)
      </li>
      <li>
        <span class="graph-key kind-engram">E</span> remembers (Engram)
      </li>
      <li>
        <span class="graph-dot key-request" /> request
      </li>
      <li>
        <span class="graph-dot key-reply" /> reply
      </li>
      <li>
        <span class="graph-cross" aria-hidden="true">
          ×
        </span>{" "}
        error
      </li>
      {hidden > 0 ? <li>{countOf(hidden, "still participant")} not shown</li> : null}
      {skipped > 0 ? <li>{countOf(skipped, "journey", "journeys")} not animated: too many at once</li> : null}
    </ul>
  );
}
