import { computed, signal } from "@preact/signals";
import type { Opening, Record as FeedRecord } from "../../../../gen/cosmonapse/prism/v1/prism.js";
import { parseFilter, readRecord, type Filter } from "../../../doppler/index.js";
import { describeThrown } from "../../../errors/index.js";
import {
  FilteredRecords,
  fromFeed,
  fromRecording,
  GraphState,
  MemoryLens,
  MetricsCounter,
  RecordStore,
  TraceCache,
  type StoreCounts,
  type ViewRecord,
} from "../../model/index.js";
import { FeedClient, type FeedState } from "./feed-client.js";
import { readAddress, writeAddress, type Selection } from "./address.js";

/** What the page has of what was seen, in the forms that views show. */
export interface Seen {
  readonly store: RecordStore;
  readonly traces: TraceCache;
  readonly filtered: FilteredRecords;
  readonly graph: GraphState;
  readonly lens: MemoryLens;
  readonly metrics: MetricsCounter;
}

/** What lies over the page. */
export type Overlay = "help" | "palette";

type Source = Pick<Opening, "namespace" | "source" | "isLive" | "isRedacted">;

const noFilter: Filter = { kind: "all", parts: [] };
const themeName = "prism-theme";
const nobody: Source = { namespace: "", source: "", isLive: false, isRedacted: true };

/** Everything that the page knows: what was seen, what is selected, and how the feed stands. */
export class Session {
  readonly address = signal<Selection>(readAddress());
  readonly state = signal<FeedState>({ kind: "connecting", reason: "" });
  readonly source = signal<Source>(nobody);
  /** Grows with each frame in which something came. */
  readonly version = signal(0);
  readonly isPaused = signal(false);
  /** Records that wait for a paused page: the server keeps what the page has not taken over. */
  readonly waiting = signal(0);
  readonly theme = signal<"dark" | "light">(preferredTheme());
  readonly overlay = signal<Overlay | undefined>(undefined);
  /** What a screen reader is told. */
  readonly said = signal("");
  readonly filterError = signal("");
  readonly counts = signal<StoreCounts>({ kept: 0, missing: 0, unsure: 0, forgotten: 0, errors: 0, redactions: 0 });
  /** From the watcher to the page, milliseconds, of the newest batch. */
  readonly delayMs = signal<number | undefined>(undefined);
  readonly isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  readonly filter = computed(() => this.#parse(this.address.value.filter));
  #seen: Seen;
  #client: FeedClient | undefined;
  /** What came and is not shown yet: no more than the server sends before something is taken over. */
  #incoming: ViewRecord[] = [];
  #isFrameAsked = false;
  /** The last filter that was one. */
  #lastFilter = noFilter;
  #lastAt = 0;
  /** What is older was on its way before this page was there. */
  #newestAtOpening = 0n;

  constructor() {
    this.#seen = createSeen(noFilter);
    this.filter.subscribe((filter) => {
      this.#seen = { ...this.#seen, filtered: new FilteredRecords(this.#seen.store, filter) };
      this.#ask();
    });
    this.address.subscribe((selection) => writeAddress(selection));
    this.theme.subscribe((theme) => {
      document.documentElement.dataset["theme"] = theme;
    });
    document.addEventListener("visibilitychange", () => this.#show());
  }

  /** What was seen. It changes in place: views read it again when `version` has grown. */
  get seen(): Seen {
    return this.#seen;
  }

  /** Connects to the server that the page came from. */
  start(): void {
    const client = new FeedClient({
      onOpening: (opening) => {
        this.source.value = opening;
        this.#newestAtOpening = opening.newest;
        document.title = `Prism · ${opening.namespace}`;
        this.#tellWaiting(Number(opening.newest));
      },
      onRecords: (records) => this.#take(records),
      onBehind: (newest) => this.#tellWaiting(newest),
      onState: (state) => {
        this.state.value = state;
        if (state.kind !== "lost") return;
        // What was not taken over is told again.
        this.#incoming = [];
        this.say("The connection is lost. Trying again.");
      },
    });
    this.#client = client;
    if (client.hasCredential) client.connect();
    else this.state.value = { kind: "refused", reason: "This page has no link of its own" };
  }

  /** The watcher's time. */
  now(): number {
    const isRunning = this.source.value.isLive && this.state.value.kind === "open" && !this.isPaused.value;
    return isRunning ? Date.now() : this.#lastAt;
  }

  /** Shows a recording in place of what was there; a live feed ends with it. */
  open(name: string, text: string): void {
    try {
      const records = text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line, index) => fromRecording(readRecord(JSON.parse(line)), index + 1));
      this.#client?.close();
      this.#client = undefined;
      this.#seen = createSeen(this.filter.value);
      this.#lastAt = 0;
      this.delayMs.value = undefined;
      this.isPaused.value = false;
      this.waiting.value = 0;
      this.select({ trace: "", signal: "", participant: "", compared: "" });
      this.source.value = { namespace: records[0]?.namespace ?? "", source: name, isLive: false, isRedacted: false };
      this.state.value = { kind: "ended", reason: "a recording; reload to see what happens now" };
      this.#incoming = records;
      this.#ask();
    } catch (thrown) {
      this.say(`${name} is no recording: ${describeThrown(thrown)}`);
    }
  }

  /** Selects something else; what is not named stays. */
  select(change: Partial<Selection>): void {
    this.address.value = { ...this.address.value, ...change };
  }

  /** Pauses what is shown: the page takes nothing over, so that the server keeps what comes, and tells it later. */
  togglePause(): void {
    this.isPaused.value = !this.isPaused.value;
    this.waiting.value = this.#incoming.length;
    this.say(this.isPaused.value ? "Paused. Nothing is lost." : "Running.");
    this.#ask();
  }

  /** Dark or light; the choice stays for this browser. */
  toggleTheme(): void {
    this.theme.value = this.theme.value === "dark" ? "light" : "dark";
    localStorage.setItem(themeName, this.theme.value);
  }

  /** Opens what lies over the page, or closes it if it is open. */
  toggleOverlay(overlay: Overlay): void {
    this.overlay.value = this.overlay.value === overlay ? undefined : overlay;
  }

  /** Closes what lies over the page. */
  closeOverlay(): void {
    this.overlay.value = undefined;
  }

  /** Tells a screen reader. */
  say(text: string): void {
    this.said.value = text;
  }

  #parse(text: string): Filter {
    try {
      this.#lastFilter = parseFilter(text);
      this.filterError.value = "";
    } catch (thrown) {
      // While it is typed: what was shown stays.
      this.filterError.value = describeThrown(thrown);
    }
    return this.#lastFilter;
  }

  #take(records: readonly FeedRecord[]): void {
    const { namespace } = this.source.value;
    for (const record of records) {
      const view = fromFeed(record, namespace);
      if (view !== undefined) this.#incoming.push(view);
    }
    const last = records.at(-1);
    if (last !== undefined && last.number > this.#newestAtOpening)
      this.delayMs.value = Math.max(0, Date.now() - Number(last.atUnixMs));
    this.#tellWaiting(Number(last?.number ?? 0n));
    // A page that nobody sees gets no frames, and its timers are late: it keeps what comes all the same.
    if (document.hidden) this.#show();
    else if (!this.isPaused.value) this.#ask();
  }

  #tellWaiting(newest: number): void {
    if (!this.isPaused.value) return;
    this.waiting.value = Math.max(this.waiting.value, newest - this.#seen.store.lastRow);
  }

  #ask(): void {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame(() => {
      this.#isFrameAsked = false;
      this.#show();
    });
  }

  #show(): void {
    const { store, graph, lens, metrics, filtered } = this.#seen;
    if (!this.isPaused.value && this.#incoming.length > 0) {
      const records = this.#incoming;
      this.#incoming = [];
      store.append(records);
      graph.observe(records);
      lens.observe(records);
      metrics.observe(records);
      this.#lastAt = Math.max(this.#lastAt, records.at(-1)?.at ?? 0);
      this.counts.value = store.counts;
      this.#client?.takeOver(store.lastRow);
    }
    if (!filtered.update()) this.#ask();
    this.version.value += 1;
  }
}

function createSeen(filter: Filter): Seen {
  const store = new RecordStore();
  return {
    store,
    traces: new TraceCache(store),
    filtered: new FilteredRecords(store, filter),
    graph: new GraphState(),
    lens: new MemoryLens(),
    metrics: new MetricsCounter(),
  };
}

function preferredTheme(): "dark" | "light" {
  const chosen = localStorage.getItem(themeName);
  if (chosen === "dark" || chosen === "light") return chosen;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}
