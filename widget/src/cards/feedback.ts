/** What a coach saw in a sentence: the words marked, now and could-be side by side, the next draft. */
import { html, nothing, type TemplateResult } from "lit";
import { t, tMaybe } from "../i18n";
import { marked, slice } from "../text";
import type { Card } from "../types";

interface Finding {
  id: string;
  start: number | null;
  end: number | null;
  why: string;
  try: string;
}

/** The card; `said` is the person's sentence where the card does not repeat it. */
export function feedbackCard(card: Card, said: string, next: (draft: string) => void): TemplateResult {
  const sentence = typeof card.text === "string" ? card.text : said;
  const problems = Array.isArray(card.problems) ? (card.problems as Finding[]) : [];
  const spans = problems.filter(placed).map((p): [number, number] => [p.start!, p.end!]);
  return html`<div class="feedback">
    <h3>${card.verdict === "good" ? t("fbGood") : t("fbWork")}</h3>
    ${sentence
      ? html`<p class="yours">
          <span class="small">${t("fbYours")}</span>
          <q>${marked(sentence, spans).map((part) => (part.marked ? mark(part.text) : part.text))}</q>
        </p>`
      : nothing}
    ${partList(card.parts)}
    ${problems.map((problem) => one(problem, sentence))}
    ${problems.length
      ? html`<button type="button" @click=${() => next(sentence)}>${t("fbNext")}</button>`
      : nothing}
  </div>`;
}

function placed(problem: Finding): boolean {
  return typeof problem.start === "number" && typeof problem.end === "number" && problem.end > problem.start;
}

function mark(text: string): TemplateResult {
  return html`<mark><span class="vh">${t("marked")}: </span>${text}</mark>`;
}

function partList(parts: unknown): TemplateResult | typeof nothing {
  if (!parts || typeof parts !== "object") return nothing;
  return html`<ul class="parts">
    ${Object.entries(parts).map(
      ([name, span]) =>
        html`<li class=${span ? "there" : "open"}>
          ${tMaybe(name) ?? name}<span class=${span ? "vh" : ""}>${span ? " ✓" : `: ${t("missing")}`}</span>
        </li>`,
    )}
  </ul>`;
}

function one(problem: Finding, sentence: string): TemplateResult {
  return html`<div class="finding">
    <p>${problem.why}</p>
    <dl>
      ${placed(problem)
        ? html`<div>
            <dt>${t("fbBefore")}</dt>
            <dd>${slice(sentence, problem.start!, problem.end!)}</dd>
          </div>`
        : nothing}
      ${problem.try
        ? html`<div>
            <dt>${t("fbAfter")}</dt>
            <dd>${problem.try}</dd>
          </div>`
        : nothing}
    </dl>
  </div>`;
}
