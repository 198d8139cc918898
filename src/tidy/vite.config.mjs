// Builds the page of the live view. A default export, since Vite demands one.
import { fileURLToPath } from "node:url";

export default {
  root: fileURLToPath(new URL("../prism/web", import.meta.url)),
  base: "./",
  logLevel: "warn",
  // TypeScript and JSX are all there is to transform.
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    emptyOutDir: true,
    reportCompressedSize: false,
  },
};
