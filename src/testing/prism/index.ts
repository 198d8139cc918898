export { countsOf, makePageFolder, serve, signals, Source, TestPage, tokenOf } from "./test-page.js";
