import type { Json } from "../foundation/index.js";
import { tokenize } from "./text.js";

/** The tokens of every string leaf of the content and of every tag; leaves without tokens are left out. */
export function leafTokens(content: Json, tags: readonly string[]): readonly ReadonlySet<string>[] {
  const leaves: ReadonlySet<string>[] = [];
  const visit = (value: Json | undefined): void => {
    if (typeof value === "string") {
      const tokens = tokenize(value);
      if (tokens.size > 0) leaves.push(tokens);
    } else if (typeof value === "object" && value !== null) {
      for (const member of Object.values(value)) visit(member);
    }
  };
  visit(content);
  for (const tag of tags) visit(tag);
  return leaves;
}
