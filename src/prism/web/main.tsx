import { render } from "preact";
import { App } from "./app.js";
import { startKeys } from "./keys.js";
import { Session } from "./state/session.js";
import "./views/tokens.css";
import "./inspector.css";
import "./page.css";
import "./rows/rows.css";
import "./views/graph.css";
import "./views/memory.css";
import "./views/metrics.css";

const session = new Session();
startKeys(session);
session.start();
const place = document.getElementById("page");
if (place !== null) render(<App session={session} />, place);
