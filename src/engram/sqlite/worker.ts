// The thread of one connection. SQLite answers at once or waits for the disk, and neither may hold up an event loop.
import { parentPort, workerData } from "node:worker_threads";
import type { Question, Reply, ThreadOptions } from "./commands.js";
import { toEngramFailed } from "./database.js";
import { Store } from "./store.js";

const options: ThreadOptions = workerData;
let store: Store | undefined;

function answer(question: Question): Reply {
  const { number } = question;
  try {
    store ??= new Store(options);
    return { number, answer: store.answer(question) };
  } catch (thrown) {
    return { number, error: toEngramFailed(thrown, options.path).detail };
  }
}

parentPort?.on("message", (question: Question | "close") => {
  if (question !== "close") {
    parentPort?.postMessage(answer(question));
    return;
  }
  store?.close();
  parentPort?.close();
});
