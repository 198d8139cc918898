import { useEffect, useRef, useState } from "preact/hooks";
import { countOf, describeCounts, durationText, isOfMemory } from "../model/index.js";
import { views, type ViewName } from "./state/address.js";
import { ExportBar } from "./export-bar.js";
import { FilterBox } from "./filter-box.js";
import { Inspector } from "./inspector.js";
import { keyHelp, viewNames } from "./keys.js";
import { Overlay } from "./overlay.js";
import { Palette } from "./palette.js";
import type { Session } from "./state/session.js";
import { GraphView } from "./views/graph.js";
import { ListView } from "./views/list.js";
import { MemoryView } from "./views/memory.js";
import { MetricsView } from "./views/metrics.js";
import { SequenceView } from "./views/sequence.js";
import { TracesView } from "./views/traces.js";
import { TreeView } from "./views/tree.js";
import { WaterfallView } from "./views/waterfall.js";

/** The page. */
export function App({ session }: { readonly session: Session }) {
  const { view, signal } = session.address.value;
  const isWide =
    view === "metrics" ||
    (view === "graph" && signal === "") ||
    (view === "memory" && !isOfMemory(session.seen.store.signal(signal)?.type ?? 0));
  return (
    <div
      class={isWide ? "page is-wide" : "page"}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => drop(session, event)}
    >
      <Header session={session} />
      <div class="bar">
        <nav class="tabs" aria-label="Views">
          {views.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={one === view ? "page" : undefined}
              onClick={() => session.select({ view: one })}
            >
              {viewNames[one]}
            </button>
          ))}
        </nav>
        <ExportBar session={session} />
      </div>
      <main id="view" class="stage" tabIndex={-1}>
        <h1 class="unseen">{`Prism: ${viewNames[view]}`}</h1>
        <View session={session} view={view} />
      </main>
      <Inspector session={session} />
      <Footer session={session} />
      <Announcer session={session} />
      {session.overlay.value === "help" ? <Help onClose={() => session.closeOverlay()} /> : null}
      {session.overlay.value === "palette" ? (
        <Palette session={session} onClose={() => session.closeOverlay()} />
      ) : null}
    </div>
  );
}

function View({ session, view }: { readonly session: Session; readonly view: ViewName }) {
  const [windowMs, setWindow] = useState(300_000);
  const version = session.version.value;
  const { graph, lens, metrics } = session.seen;
  const { signal, participant } = session.address.value;
  switch (view) {
    case "graph":
      return (
        <GraphView
          graph={graph}
          version={version}
          now={() => session.now()}
          selected={participant === "" ? undefined : participant}
          onSelect={(id) => session.select({ participant: id ?? "" })}
          isStill={session.isStill}
          isPaused={session.isPaused.value}
        />
      );
    case "memory":
      return (
        <MemoryView
          lens={lens}
          version={version}
          selected={signal === "" ? undefined : signal}
          onSelect={(id) => session.select({ signal: id, trace: session.seen.store.signal(id)?.traceId ?? "" })}
        />
      );
    case "metrics":
      return (
        <MetricsView
          counter={metrics}
          version={version}
          windowMs={windowMs}
          onWindow={setWindow}
          theme={session.theme.value}
        />
      );
    case "list":
      return <ListView session={session} />;
    case "traces":
      return <TracesView session={session} />;
    case "tree":
      return <TreeView session={session} />;
    case "waterfall":
      return <WaterfallView session={session} />;
    case "sequence":
      return <SequenceView session={session} />;
  }
}

function Header({ session }: { readonly session: Session }) {
  const { namespace, source } = session.source.value;
  const { kind, reason } = session.state.value;
  const isPaused = session.isPaused.value;
  const file = useRef<HTMLInputElement>(null);
  const isDark = session.theme.value === "dark";
  return (
    <header class="head">
      <span class="brand">Prism</span>
      <span class="where" title={source}>
        {namespace} <span class="where-source">{source}</span>
      </span>
      <span class={`state is-${kind}`} title={reason}>
        {kind === "open" ? "live" : kind}
      </span>
      <FilterBox session={session} />
      <button type="button" aria-pressed={isPaused} onClick={() => session.togglePause()}>
        {isPaused ? `Go on (${session.waiting.value} new)` : "Pause"}
      </button>
      <button type="button" onClick={() => file.current?.click()}>
        Open
      </button>
      <input
        ref={file}
        class="unseen"
        type="file"
        accept=".ndjson"
        tabIndex={-1}
        aria-label="A recording"
        onChange={(event) => void openFile(session, event.currentTarget.files?.[0])}
      />
      <button type="button" onClick={() => session.toggleTheme()}>
        {isDark ? "Light" : "Dark"}
      </button>
      <button type="button" onClick={() => session.toggleOverlay("help")}>
        Keys
      </button>
    </header>
  );
}

function Footer({ session }: { readonly session: Session }) {
  const counts = session.counts.value;
  const { kept, missing, unsure, errors, redactions } = counts;
  const { signals } = session.seen.filtered;
  const { kind, reason } = session.state.value;
  void session.version.value;
  const delay = session.delayMs.value;
  return (
    <footer class="foot" title={describeCounts(counts)}>
      <span>
        <strong>{kept.toLocaleString("en-US")}</strong> shown
        {signals === kept ? "" : `, ${signals.toLocaleString("en-US")} by the filter`}
      </span>
      <span class={missing > 0 || unsure > 0 ? "flag" : ""}>
        <strong>{missing.toLocaleString("en-US")}</strong> missing
        {unsure > 0 ? `, and ${countOf(unsure, "unknown gap")}` : ""}
      </span>
      <span class={errors > 0 ? "is-wrong" : ""}>
        <strong>{errors.toLocaleString("en-US")}</strong> {errors === 1 ? "error" : "errors"}
      </span>
      {redactions > 0 ? <span>{countOf(redactions, "secret")} redacted</span> : null}
      <span class="foot-state">
        {kind === "refused"
          ? `${reason}: open a link that cosmo prints`
          : kind === "lost"
            ? "the connection is lost, trying again"
            : delay === undefined || kind !== "open"
              ? reason
              : `${durationText(delay)} behind`}
      </span>
    </footer>
  );
}

const quietMs = 5_000;

/** What a screen reader is told: actions at once, counts at most every five seconds. */
function Announcer({ session }: { readonly session: Session }) {
  const [counts, setCounts] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setCounts(describeCounts(session.counts.value)), quietMs);
    return () => clearInterval(timer);
  }, [session]);
  return (
    <div class="unseen">
      <p aria-live="polite">{session.said.value}</p>
      <p aria-live="polite">{counts}</p>
    </div>
  );
}

function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Overlay label="Keys" onClose={onClose}>
      <div class="help">
        <h2>Keys</h2>
        <dl>
          {keyHelp.map(({ keys, does }) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Overlay>
  );
}

async function openFile(session: Session, file: File | undefined): Promise<void> {
  if (file !== undefined) session.open(file.name, await file.text());
}

function drop(session: Session, event: DragEvent): void {
  event.preventDefault();
  void openFile(session, event.dataTransfer?.files[0]);
}
