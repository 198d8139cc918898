/** What one term of a filter asks. */
export type Term =
  | { readonly kind: "type"; readonly types: readonly number[] }
  | { readonly kind: "participant"; readonly names: readonly string[] }
  | { readonly kind: "source"; readonly names: readonly string[] }
  | { readonly kind: "trace"; readonly ids: readonly string[] }
  | { readonly kind: "id"; readonly ids: readonly string[] }
  | { readonly kind: "error"; readonly codes: readonly string[] }
  | { readonly kind: "took"; readonly order: ">" | ">=" | "<" | "<="; readonly ms: number }
  | { readonly kind: "after"; readonly at: number }
  | { readonly kind: "before"; readonly at: number }
  | { readonly kind: "text"; readonly text: string };

/** A filter, read. An `all` of nothing lets everything pass. */
export type Filter =
  | Term
  | { readonly kind: "all"; readonly parts: readonly Filter[] }
  | { readonly kind: "any"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter };
