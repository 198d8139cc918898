/** JSON that a command wrote, as what a test expects it to be. Throws SyntaxError for anything else than JSON. */
export function parsed<T>(text: string): T {
  // A test that expects something else fails by what it looks at.
  return JSON.parse(text) as T;
}
