/** Lines to call, text or chat with; the country stands beside every number. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n";
import type { Card, Hotlines, Line } from "../types";

/** A card from the server, with its chat links. */
export function hotlinesCard(card: Card, language: string): TemplateResult {
  return hotlines(card as unknown as Hotlines, { web: true, level: 3, language });
}

interface Options {
  /** Whether links to chats may stand in it (not in the card that is there without a server). */
  web: boolean;
  level: 2 | 3;
  language: string;
}

/** The lines of one region. */
export function hotlines(card: Hotlines, options: Options): TemplateResult {
  const lines = Array.isArray(card.lines) ? card.lines : [];
  const chats = options.web && lines.some((line) => chatLink(line));
  return html`<div class="hotlines" lang=${options.language}>
    ${card.name ? heading(card.name, options.level) : nothing} ${emergency(card)}
    <ul class="lines">
      ${lines.map((line) => html`<li>${oneLine(line, card, options)}</li>`)}
    </ul>
    ${card.directory?.name
      ? html`<p class="small">${t("directory", { name: card.directory.name })}</p>`
      : nothing}
    <p class="small" lang=${document.documentElement.lang}>
      ${t("phoneTrace")} ${chats ? t("chatTrace") : nothing}
    </p>
  </div>`;
}

function heading(name: string, level: 2 | 3): TemplateResult {
  return level === 3 ? html`<h3>${name}</h3>` : html`<h2>${name}</h2>`;
}

function emergency(card: Hotlines): TemplateResult | typeof nothing {
  const number = card.emergency?.number;
  if (!number) return nothing;
  // Where the country is not known, there are words in place of a number.
  if (!dial(number)) return html`<p><strong>${t("emergency")}: ${number}</strong></p>`;
  return html`<p class="emergency">
    <a class="number" href=${`tel:${dial(number)}`}>
      <span class="what">${t("emergency")}</span> <strong>${number}</strong>
      <span class="where">${card.name}</span></a
    >
    ${card.emergency?.note ? html`<span class="small">${card.emergency.note}</span>` : nothing}
  </p>`;
}

function oneLine(line: Line, card: Hotlines, options: Options): TemplateResult {
  const chat = options.web ? chatLink(line) : null;
  return html`<strong class="name">${line.name}</strong>
    ${line.for ? html`<span class="for">${line.for}</span>` : nothing}
    <span class="ways">
      ${line.call ? way(t("call"), line.call, `tel:${dial(line.call)}`, card.name) : nothing}
      ${line.text ? way(t("text"), line.text, sms(line.text), card.name) : nothing}
      ${chat
        ? html`<a class="way" href=${chat} target="_blank" rel="noopener noreferrer"
            >${t("chatOnline")}<span class="vh">, ${line.name}</span></a
          >`
        : nothing}
    </span>
    ${line.hours ? html`<span class="small">${t("hours")}: ${line.hours}</span>` : nothing}`;
}

function way(verb: string, shown: string, href: string | null, country: string): TemplateResult {
  const label = html`${verb} <strong dir="ltr">${shown}</strong> <span class="where">${country}</span>`;
  return href && !/:$/.test(href)
    ? html`<a class="way" href=${href}>${label}</a>`
    : html`<span class="way">${label}</span>`;
}

/** The digits of the first number in what a person reads ("116 123 (Welsh line …)"); "" without one. */
export function dial(shown: string): string {
  const plain = shown.replace(/(\+\d+\s*)\(0\)/, "$1").replace(/\((0\d{1,4})\)\s*(?=\d)/, "$1 ");
  return (/\+?\d(?:[\d\s.\-–]*\d)?/.exec(plain)?.[0] ?? "").replace(/[^\d+]/g, "");
}

/** An address for a text message: "START to 88788" asks for the word and the number. */
export function sms(shown: string): string | null {
  if (/whatsapp/i.test(shown)) return null;
  const worded = /^(?:sms\s+|text\s+)?["“]?([\p{L}\d]+)["”]?\s+to\s+([\d\s+-]{3,})/iu.exec(shown);
  if (worded) return `sms:${dial(worded[2]!)}?&body=${encodeURIComponent(worded[1]!)}`;
  const number = dial(shown);
  return number ? `sms:${number}` : null;
}

function chatLink(line: Line): string | null {
  return line.chat && /^https:\/\/\S+$/.test(line.chat) ? line.chat : null;
}
