// `npm run test:long` runs with this: the same tests, with more programs, more operations and more kills.
import config from "./vitest.config.mjs";

export default { ...config, test: { ...config.test, env: { COSMO_LONG: "1" }, testTimeout: 600_000 } };
