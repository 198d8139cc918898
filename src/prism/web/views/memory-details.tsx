import {
  countOf,
  describeMemoryRow,
  durationText,
  type ImprintRow,
  type MemoryLens,
  type MemoryRow,
} from "../../model/index.js";

/** What is told of one exchange. */
export interface MemoryDetailsProps {
  readonly row: MemoryRow | undefined;
  readonly lens: MemoryLens;
  readonly onSelect: (signalId: string) => void;
}

/** One exchange: each of those who were asked with its answer; of a change, the history of its key. */
export function MemoryDetails({ row, lens, onSelect }: MemoryDetailsProps) {
  if (row === undefined) {
    return (
      <aside class="memory-details" aria-label="The exchange that is selected">
        <p class="memory-empty">Select an exchange to see who was asked and what each one answered.</p>
      </aside>
    );
  }
  const { asked, answers } = row;
  const names = [...new Set([...asked, ...answers.map(({ engram }) => engram)])];
  return (
    <aside class="memory-details" aria-label="The exchange that is selected">
      <h2>{row.kind === "recall" ? row.query || "RECALL" : `${row.op} ${row.key}`}</h2>
      <p>{describeMemoryRow(row)}</p>
      <h3>Who was asked</h3>
      <ul class="memory-answers">
        {names.map((name) => {
          const answer = answers.find(({ engram }) => engram === name);
          return (
            <li key={name}>
              <span class="graph-key kind-engram" aria-hidden="true">
                E
              </span>
              <span class="memory-name" title={name}>
                {name}
              </span>
              {answer === undefined ? (
                <em class="is-waiting">no answer</em>
              ) : (
                <button type="button" class="graph-link" onClick={() => onSelect(answer.signal.id)}>
                  {answer.failure === "" ? (
                    row.kind === "recall" ? (
                      countOf(answer.hits, "hit")
                    ) : (
                      "receipt"
                    )
                  ) : (
                    <span class="is-wrong">{answer.failure}</span>
                  )}
                  {answer.isTruncated ? " and more" : ""}
                </button>
              )}
              <span class="is-number">{answer === undefined ? "" : durationText(answer.tookMs)}</span>
            </li>
          );
        })}
      </ul>
      {row.kind === "imprint" ? <History row={row} lens={lens} onSelect={onSelect} /> : null}
    </aside>
  );
}

function History({ row, lens, onSelect }: { readonly row: ImprintRow } & Omit<MemoryDetailsProps, "row">) {
  const [answer] = row.answers;
  if (answer === undefined || row.key === "") return null;
  const rows = lens.history(answer.engram, row.key).toReversed();
  return (
    <>
      <h3>
        History of {row.key} in {answer.engram}
      </h3>
      <ol class="memory-history">
        {rows.map((one) => (
          <li key={one.id} class={one.id === row.id ? "is-selected" : ""}>
            <button type="button" class="graph-link" aria-current={one.id === row.id} onClick={() => onSelect(one.id)}>
              <b>{one.after === undefined ? "–" : `v${one.after}`}</b>
              <span>
                {one.op.toLowerCase()} by {one.asker}
              </span>
              {one.isReplayed ? <i class="badge">replayed</i> : null}
              {one.failure === "" ? null : <i class="badge is-wrong">{one.failure}</i>}
            </button>
            <time dateTime={new Date(one.at).toISOString()}>{new Date(one.at).toISOString().slice(11, 23)}</time>
          </li>
        ))}
      </ol>
      <p class="memory-note">Changes that were seen here, the newest first; others may have been made before.</p>
    </>
  );
}
