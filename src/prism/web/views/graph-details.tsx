import { countOf, durationText, participantKinds, type GraphNode, type GraphState } from "../../model/index.js";

/** What is told beside the graph. */
export interface GraphDetailsProps {
  readonly graph: GraphState;
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  /** The watcher's time. */
  readonly now: number;
}

/** The same as the graph in words: everybody who is there as a table, or the one who is selected. */
export function GraphDetails({ graph, selected, onSelect, now }: GraphDetailsProps) {
  const node = selected === undefined ? undefined : graph.node(selected);
  return (
    <aside class="graph-details" aria-label="Participants">
      {node === undefined ? (
        <Everybody graph={graph} onSelect={onSelect} now={now} />
      ) : (
        <One graph={graph} node={node} onSelect={onSelect} now={now} />
      )}
    </aside>
  );
}

function Everybody({ graph, onSelect, now }: Omit<GraphDetailsProps, "selected">) {
  const nodes = participantKinds
    .filter((kind) => kind !== "synapse")
    .flatMap((kind) => graph.nodes.filter((node) => node.kind === kind));
  return (
    <>
      <h2>{countOf(nodes.length, "participant")}</h2>
      <div class="graph-table" tabIndex={0} role="region" aria-label="Participants and what they did">
        <table>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col" class="is-number">
                Sent
              </th>
              <th scope="col" class="is-number">
                Asked
              </th>
              <th scope="col" class="is-number">
                Busy
              </th>
              <th scope="col" class="is-number">
                Errors
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map(({ id, kind, sent, asked, inFlight, errors, leftAt }) => (
              <tr key={id} class={leftAt === undefined ? "" : "has-left"}>
                <th scope="row">
                  <button type="button" class="graph-link" onClick={() => onSelect(id)} title={id}>
                    <span class={`graph-key kind-${kind}`} aria-label={kind}>
                      {(kind[0] ?? "").toUpperCase()}
                    </span>
                    <span class="graph-id">{id}</span>
                  </button>
                  {leftAt === undefined ? null : <small> left {durationText(Math.max(0, now - leftAt))} ago</small>}
                </th>
                <td class="is-number">{sent.toLocaleString("en-US")}</td>
                <td class="is-number">{asked.toLocaleString("en-US")}</td>
                <td class="is-number">{inFlight}</td>
                <td class={`is-number${errors > 0 ? " is-wrong" : ""}`}>{errors}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function One({ graph, node, onSelect, now }: Omit<GraphDetailsProps, "selected"> & { readonly node: GraphNode }) {
  const { id, kind, role, capabilities, sent, asked, inFlight, errors, lastAt, leftAt } = node;
  const asks = graph.edges.filter(({ from }) => from === id);
  const isAskedBy = graph.edges.filter(({ to }) => to === id);
  return (
    <>
      <h2 title={id}>{id}</h2>
      <button type="button" class="graph-back" onClick={() => onSelect(undefined)}>
        ← All participants
      </button>
      <dl>
        <dt>Is</dt>
        <dd>
          {kind}
          {role === "" ? "" : `, ${role}`}
          {leftAt === undefined ? "" : ` (left ${durationText(Math.max(0, now - leftAt))} ago)`}
        </dd>
        {capabilities.length > 0 ? (
          <>
            <dt>Can</dt>
            <dd>{capabilities.join(", ")}</dd>
          </>
        ) : null}
        <dt>Sent</dt>
        <dd>{countOf(sent, "Signal")}</dd>
        <dt>Was asked</dt>
        <dd>{countOf(asked, "time")}</dd>
        <dt>In work</dt>
        <dd>{inFlight}</dd>
        <dt>Errors</dt>
        <dd>{errors}</dd>
        {lastAt > 0 ? (
          <>
            <dt>Last seen</dt>
            <dd>{durationText(Math.max(0, now - lastAt))} ago</dd>
          </>
        ) : null}
      </dl>
      <Partners
        title="Asks"
        edges={asks.map(({ to, requests, errors: wrong }) => ({ id: to, requests, errors: wrong }))}
        onSelect={onSelect}
      />
      <Partners
        title="Is asked by"
        edges={isAskedBy.map(({ from, requests, errors: wrong }) => ({ id: from, requests, errors: wrong }))}
        onSelect={onSelect}
      />
    </>
  );
}

interface PartnersProps {
  readonly title: string;
  readonly edges: readonly { readonly id: string; readonly requests: number; readonly errors: number }[];
  readonly onSelect: (id: string) => void;
}

function Partners({ title, edges, onSelect }: PartnersProps) {
  if (edges.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="graph-partners">
        {edges.map(({ id, requests, errors }) => (
          <li key={id}>
            <button type="button" class="graph-link" onClick={() => onSelect(id)} title={id}>
              <span class="graph-id">{id}</span>
            </button>
            <span>
              {countOf(requests, "time")}
              {errors > 0 ? <b class="is-wrong"> {countOf(errors, "error")}</b> : null}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
