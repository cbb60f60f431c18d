/** Passages of the guidance: quoted, with title and heading, and the whole text on request. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n";
import type { Card, Passage } from "../types";
import { slice } from "../text";

/** The card; `open` is called with the passage whose document is wanted. */
export function passagesCard(card: Card, open: (passage: Passage) => void): TemplateResult {
  const passages = Array.isArray(card.passages) ? (card.passages as Passage[]) : [];
  return html`${passages.map(
    (passage) => html`<figure class="passage">
      <figcaption>
        <h3>${passage.title}</h3>
        ${passage.heading ? html`<span class="small">${passage.heading}</span>` : nothing}
      </figcaption>
      <blockquote>${paragraphs(passage.text)}</blockquote>
      <button type="button" class="link" @click=${() => open(passage)}>
        ${t("openWhole")}<span class="vh">: ${passage.title}</span>
      </button>
    </figure>`,
  )}`;
}

/** A document with the passage marked in it. */
export function wholeText(text: string, passage: Passage): TemplateResult {
  const before = slice(text, 0, passage.start);
  const inside = slice(text, passage.start, passage.end);
  const after = slice(text, passage.end);
  return html`<div class="whole">${before}<mark>${inside}</mark>${after}</div>`;
}

function paragraphs(text: string): TemplateResult[] {
  return text
    .split(/\n{2,}/)
    .filter((part) => part.trim())
    .map((part) => html`<p>${part.trim()}</p>`);
}
