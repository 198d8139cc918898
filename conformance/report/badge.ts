import { isRed, type Report } from "../run/summary.js";

/** The report as what shields.io reads from an address of yours: a badge for a README. */
export function toBadge({ role, outcome, counts, results }: Report): string {
  const red = results.filter(({ verdict }) => isRed(verdict)).length;
  const known = counts["known-failing"];
  const parts = [`${counts.passed} passed`, red > 0 ? `${red} failed` : "", known > 0 ? `${known} known` : ""];
  const message = outcome === "conformant" || red > 0 ? parts.filter((part) => part !== "").join(", ") : outcome;
  const color = outcome !== "conformant" ? "red" : known > 0 ? "yellow" : "brightgreen";
  return `${JSON.stringify({ schemaVersion: 1, label: `cosmonapse ${role}`, message, color })}\n`;
}
