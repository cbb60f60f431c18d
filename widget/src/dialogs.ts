/** What opens over the talk: help, options, erasing, the return phrase, the whole text, about. */
import { html, nothing, type TemplateResult } from "lit";
import { hotlines } from "./cards/hotlines";
import { wholeText } from "./cards/passages";
import type { Config } from "./config";
import { t } from "./i18n";
import type { Passage } from "./types";

export type Dialog =
  | { name: "help" | "options" | "erase" | "phrase" | "about" | "wrong" }
  | { name: "whole"; passage: Passage; title: string; text: string | null; failed: boolean };

/** What a dialog can ask the page to do. */
export interface Acts {
  close(): void;
  leave(): void;
  erase(): void;
  phrase(phrase: string): void;
  show(name: "erase" | "phrase" | "about" | "wrong"): void;
  region(region: string): void;
  look(theme: string): void;
}

export interface View {
  config: Config;
  region: string | null;
  theme: string;
  /** A sentence about a phrase that did not work. */
  phraseTrouble: string;
  acts: Acts;
}

/** The heading and the content of a dialog. */
export function dialogContent(dialog: Dialog, view: View): { title: string; body: TemplateResult } {
  switch (dialog.name) {
    case "help":
      return { title: t("helpTitle"), body: help(view) };
    case "options":
      return { title: t("options"), body: options(view) };
    case "erase":
      return { title: t("erase"), body: erase(view.acts) };
    case "phrase":
      return { title: t("havePhrase"), body: phrase(view) };
    case "about":
      return { title: t("about"), body: about(view.config) };
    case "wrong":
      return { title: t("wrong"), body: html`<p>${t("wrongText")}</p>${operator(view.config)}` };
    case "whole":
      return { title: dialog.title, body: whole(dialog, view.config.contentLanguage) };
  }
}

/** The lines that were in the page when it was loaded: they need no server. */
export function help(view: View, level: 2 | 3 = 3): TemplateResult {
  const cards = view.config.hotlines;
  const card = cards.find((c) => c.region === view.region) ?? (cards.length === 1 ? cards[0] : undefined);
  return html`${cards.length > 1 ? regions(view, card?.region) : nothing}
    <p>${t("helpNone")}</p>
    ${card ? hotlines(card, { web: false, level, language: view.config.contentLanguage }) : nothing}`;
}

function regions(view: View, chosen: string | undefined): TemplateResult {
  const change = (event: Event): void => view.acts.region((event.target as HTMLSelectElement).value);
  return html`<label class="field"
    >${t("helpChoose")}
    <select @change=${change} autocomplete="off">
      <option value="" ?selected=${!chosen}>${t("helpChooseNone")}</option>
      ${view.config.hotlines.map(
        (card) => html`<option value=${card.region} ?selected=${card.region === chosen}>${card.name}</option>`,
      )}
    </select></label
  >`;
}

function options({ acts, theme }: View): TemplateResult {
  const item = (text: string, act: () => void): TemplateResult =>
    html`<li><button type="button" @click=${act}>${text}</button></li>`;
  const looks = [
    ["auto", t("lookAuto")],
    ["light", t("lookLight")],
    ["dark", t("lookDark")],
    ["contrast", t("lookContrast")],
  ] as const;
  return html`<ul class="menu">
      ${item(t("leave"), acts.leave)} ${item(t("erase"), () => acts.show("erase"))}
      ${item(t("havePhrase"), () => acts.show("phrase"))} ${item(t("about"), () => acts.show("about"))}
      ${item(t("wrong"), () => acts.show("wrong"))}
    </ul>
    <fieldset class="look">
      <legend>${t("look")}</legend>
      ${looks.map(
        ([name, label]) => html`<label
          ><input type="radio" name="look" ?checked=${theme === name} @change=${() => acts.look(name)} />
          ${label}</label
        >`,
      )}
    </fieldset>`;
}

function erase(acts: Acts): TemplateResult {
  return html`<p>${t("eraseAsk")}</p>
    <div class="ways">
      <button type="button" class="primary" @click=${acts.erase}>${t("eraseYes")}</button>
      <button type="button" @click=${acts.close}>${t("eraseNo")}</button>
    </div>`;
}

function phrase({ acts, phraseTrouble }: View): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const value = (event.target as HTMLFormElement).querySelector("input")!.value.trim();
    if (value) acts.phrase(value);
  };
  return html`<form @submit=${submit}>
    <label class="field"
      >${t("phraseLabel")}
      <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" />
    </label>
    <p role="status" class="trouble">${phraseTrouble || nothing}</p>
    <button type="submit" class="primary">${t("phraseGo")}</button>
  </form>`;
}

function about(config: Config): TemplateResult {
  return html`<p>${t("aboutWhat")}</p>
    <p>${t("noteWhat")}</p>
    <p>${t("aboutKept")}</p>
    <p>${t("aboutReport")}</p>
    ${config.reviewed ? nothing : html`<p>${t("notReviewed")}</p>`} ${operator(config)}
    ${config.version ? html`<p class="small">Groundwork ${config.version}</p>` : nothing}`;
}

function operator({ operator: who }: Config): TemplateResult {
  if (!who) return html`<p>${t("noOperator")}</p>`;
  return html`<dl>
    <div><dt>${t("operator")}</dt><dd>${who.name}</dd></div>
    <div><dt>${t("contact")}</dt><dd>${who.contact}</dd></div>
    <div>
      <dt>${t("privacyNotice")}</dt>
      <dd>
        ${/^https?:/.test(who.privacyUrl)
          ? html`<a href=${who.privacyUrl} target="_blank" rel="noopener noreferrer">${who.privacyUrl}</a>`
          : who.privacyUrl}
      </dd>
    </div>
  </dl>`;
}

function whole(dialog: Dialog & { name: "whole" }, language: string): TemplateResult {
  if (dialog.failed) return html`<p>${t("wholeFailed")}</p>`;
  if (dialog.text === null) return html`<p>…</p>`;
  return html`<div lang=${language} dir="auto">${wholeText(dialog.text, dialog.passage)}</div>`;
}
