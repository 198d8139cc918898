/** A text as it stands in HTML, in an attribute too: nothing of it is markup, and control characters are shown. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "�")
    .replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}
