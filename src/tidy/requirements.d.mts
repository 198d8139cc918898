/** One normative sentence of the specification. */
export interface Requirement {
  readonly id: string;
  readonly line: number;
  readonly sentence: string;
}

/** What is wrong, where, and in words. */
export interface Finding {
  readonly kind: "no-id" | "form" | "twice" | "section" | "not-normative" | "not-one" | "unknown";
  readonly where: string;
  readonly what: string;
}

export function parseSpecification(markdown: string): { requirements: Requirement[]; findings: Finding[] };
export function findUnknownCitations(requirements: readonly Requirement[], file: string, text: string): Finding[];
export function checkRepository(): { requirements: Requirement[]; findings: Finding[] };
