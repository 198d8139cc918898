// `npm test` runs with this. A default export, since vitest demands one.
import { TallyReporter } from "./reporter.mjs";

export default {
  test: {
    include: ["src/**/*.test.ts", "conformance/**/*.test.ts"],
    globalSetup: "src/tidy/global-setup.ts",
    reporters: ["default", new TallyReporter()],
  },
};
