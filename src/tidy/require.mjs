// What is needed beyond Node and npm (a browser, PostgreSQL, another language) may be absent where tests run, and is
// then named instead of passed over. COSMO_REQUIRE, a comma list such as `postgres,python`, says what must be there.

/**
 * The words for a part that could not run, `not run: <part>`. Throws if COSMO_REQUIRE demands the part. A test that is
 * skipped with these words is no failure: `if (!hasPython) skip(notRun("python"))`.
 */
export function notRun(part, required = process.env["COSMO_REQUIRE"] ?? "") {
  if (required.split(",").includes(part)) {
    throw new Error(`COSMO_REQUIRE demands ${part}, and it is not here: install it, or take it off the list`);
  }
  return `not run: ${part}`;
}

/** True if a test was skipped with the words of `notRun`. */
export function isNotRun(note) {
  return note !== undefined && note.startsWith("not run: ");
}
