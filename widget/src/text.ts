/** Words from the server as safe elements: paragraphs, lists and emphasis, nothing else. */
import DOMPurify from "dompurify";

const ALLOWED = ["p", "br", "ul", "li", "strong", "em"];

/** Elements for a text: blank lines part paragraphs, "- " begins a list line, ** is strong. Numbers stay as written. */
export function rich(text: string): DocumentFragment {
  return DOMPurify.sanitize(toHtml(text), {
    ALLOWED_TAGS: ALLOWED,
    ALLOWED_ATTR: [],
    RETURN_DOM_FRAGMENT: true,
  });
}

function toHtml(text: string): string {
  return escape(text.trim())
    .replace(/\*\*([^*\n]+)\*\*/g, "<strong>$1</strong>")
    .split(/\n{2,}/)
    .map(block)
    .join("");
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const BULLET = /^\s*[-•*]\s+/;

function block(source: string): string {
  let html = "";
  let open = "";
  for (const line of source.split("\n")) {
    const kind = BULLET.test(line) ? "ul" : "p";
    if (kind !== open) {
      html += (open ? `</${open}>` : "") + `<${kind}>`;
      open = kind;
    } else if (kind === "p") {
      html += "<br>";
    }
    html += kind === "p" ? line : `<li>${line.replace(BULLET, "")}</li>`;
  }
  return `${html}</${open}>`;
}

/** Part of a text between two positions counted in code points, as the server counts. */
export function slice(text: string, start: number, end?: number): string {
  return Array.from(text).slice(start, end).join("");
}

/** Cut a text into stretches, marked where one of the spans covers it (spans that overlap join). */
export function marked(text: string, spans: [number, number][]): { text: string; marked: boolean }[] {
  const points = Array.from(text);
  const on = new Array<boolean>(points.length).fill(false);
  for (const [start, end] of spans) on.fill(true, Math.max(0, start), Math.max(0, end));
  const parts: { text: string; marked: boolean }[] = [];
  points.forEach((point, index) => {
    const last = parts.at(-1);
    if (last && last.marked === on[index]) last.text += point;
    else parts.push({ text: point, marked: on[index] ?? false });
  });
  return parts;
}
