import { durationText, type MemoryRow } from "../../model/index.js";

/** The parts of one exchange, in columns. */
export function MemoryLine({ row }: { readonly row: MemoryRow }) {
  const { kind, asker, asked, answers, missing, tookMs } = row;
  const what = kind === "recall" ? "RECALL" : `IMPRINT`;
  const good = answers.filter(({ failure }) => failure === "").length;
  const count = asked.length === 0 ? answers.length : asked.length;
  return (
    <>
      <span class={`tag kind-${kind}`}>{what}</span>
      <span class="memory-what" title={kind === "recall" ? row.query : row.key}>
        {kind === "recall" ? row.query : `${row.op.toLowerCase()} ${row.key}`}
      </span>
      <span class="memory-who">{asker}</span>
      <span class="memory-who" title={missing.length === 0 ? "" : `nothing from ${missing.join(", ")}`}>
        {`${good} of ${count} `}
        <Absent row={row} />
      </span>
      <Result row={row} />
      <span class="is-number">{tookMs === undefined ? "–" : durationText(tookMs)}</span>
    </>
  );
}

/** Who is missing: those who failed, those who have not answered yet, and those who never will. */
function Absent({ row: { missing, answers, unanswered } }: { readonly row: MemoryRow }) {
  const failed = missing.filter((name) => answers.some(({ engram }) => engram === name));
  const silent = missing.filter((name) => !failed.includes(name));
  return (
    <>
      {failed.length === 0 ? null : <em class="is-wrong">{shorten(failed)} failed </em>}
      {silent.length === 0 ? null : unanswered > 0 ? (
        <em class="is-waiting">waits for {shorten(silent)}</em>
      ) : (
        <em class="is-wrong">{shorten(silent)} silent</em>
      )}
    </>
  );
}

function shorten(names: readonly string[]): string {
  const [first = ""] = names;
  return names.length > 1 ? `${first} +${names.length - 1}` : first;
}

function Result({ row }: { readonly row: MemoryRow }) {
  const wrong =
    row.kind === "imprint" ? row.failure : (row.answers.find(({ failure }) => failure !== "")?.failure ?? "");
  if (row.unanswered > 0 && wrong === "") return <span class="memory-result is-waiting">waits</span>;
  if (row.kind === "recall") {
    const { hits, isPartial, answers } = row;
    if (!isPartial && wrong !== "" && answers.every(({ failure }) => failure !== ""))
      return <span class="memory-result is-wrong">{wrong}</span>;
    return (
      <span class={`memory-result${hits > 0 ? " is-good" : ""}`}>
        {hits === 1 ? "1 hit" : `${hits} hits`}
        {isPartial ? <b class="badge is-wrong">partial</b> : null}
      </span>
    );
  }
  const { before, after, effect, isReplayed, current } = row;
  if (wrong !== "") {
    return (
      <span class="memory-result is-wrong" title={wrong}>
        {wrong}
        {current === undefined ? null : <small> v{String(current)} stands</small>}
      </span>
    );
  }
  return (
    <span class="memory-result is-good">
      {after === undefined
        ? "done"
        : `${before === undefined ? "new" : `v${before}`} → ${effect === "deleted" ? "deleted" : `v${after}`}`}
      {isReplayed ? <b class="badge">replayed</b> : null}
    </span>
  );
}
