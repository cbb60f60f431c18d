/** The chat page. */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Problem } from "./api";
import "./cards/artifact";
import "./cards/exercise";
import { dial } from "./cards/hotlines";
import type { Composer } from "./composer";
import "./composer";
import { readConfig, type Config } from "./config";
import { dialogContent, help, type Acts, type Dialog } from "./dialogs";
import { t, tMaybe, useLanguage } from "./i18n";
import { leave, watchShift } from "./leave";
import "./message";
import { applyLook, keepLook } from "./look";
import { Talk } from "./talk";
import type { Button, Entry, Passage } from "./types";

const WRITING_AFTER_MS = 600;
const NEAR_END_PX = 120;
/** Messages that are always laid out; older ones only while they are in sight. */
const LAID_OUT = 40;

class Chat extends LitElement {
  static override properties = {
    dialog: { state: true },
    offline: { state: true },
    writing: { state: true },
    away: { state: true },
    theme: { state: true },
    phraseTrouble: { state: true },
    announced: { state: true },
  };
  declare dialog: Dialog | null;
  declare offline: boolean;
  declare writing: boolean;
  /** Whether the latest turn is out of sight, further down. */
  declare away: boolean;
  declare theme: string;
  declare phraseTrouble: string;
  declare announced: string;
  readonly config: Config;
  readonly talk: Talk;
  #writingTimer = 0;
  /** Whether a new turn may be brought into sight. */
  #follow = true;
  #lastTop = 0;
  #newTurn: number | null = null;

  constructor(config: Config) {
    super();
    this.config = config;
    this.dialog = null;
    this.offline = !navigator.onLine;
    this.writing = this.away = false;
    this.theme = config.theme || "auto";
    this.phraseTrouble = this.announced = "";
    this.talk = new Talk(config.region, (turn) => this.#changed(turn));
    if (config.again) this.talk.ask();
    else void this.talk.start();
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("online", () => this.#online(true));
    window.addEventListener("offline", () => this.#online(false));
    this.addEventListener("gw-send", (e) => this.talk.say((e as CustomEvent<string>).detail));
    this.addEventListener("gw-choose", (e) => {
      const { id, button } = (e as CustomEvent<{ id: number; button: Button }>).detail;
      this.talk.choose(id, button);
    });
    this.addEventListener("gw-retry", (e) => this.talk.retry((e as CustomEvent<number>).detail));
    this.addEventListener("gw-draft", (e) => this.#composer?.edit((e as CustomEvent<string>).detail));
    this.addEventListener("gw-passage", (e) => void this.#open((e as CustomEvent<Passage>).detail));
    watchShift((left) => (left === 0 ? this.leave() : this.#announceLeave(left)));
  }

  override render(): TemplateResult {
    const { talk, config } = this;
    return html`<div class="app" data-crisis=${talk.state.crisis?.level ?? nothing}>
      <header>
        <h1 tabindex="-1">${t("title")}</h1>
        <button type="button" class="help" @click=${() => this.#show("help")}>${t("help")}</button>
        <button type="button" @click=${() => this.#show("options")}>${t("options")}</button>
        ${config.embedded
          ? nothing
          : html`<button type="button" class="leave" @click=${() => this.leave()}>${t("leave")}</button>`}
      </header>
      <div role="status" class="offline">${this.offline ? html`<p>${t("offline")}</p>` : nothing}</div>
      ${this.#crisis()}
      <main>
        <div class="stage">
          <div class="scroll" tabindex="0" role="region" aria-label=${t("conversation")} @scroll=${this.#scrolled}>
            ${this.#note()}
            <div role="log" aria-live="polite" aria-relevant="additions" aria-label=${t("conversation")}>
              ${repeat(talk.entries, (entry) => entry.id, (entry, index) => this.#message(entry, index))}
            </div>
            ${this.#between()}
            <p role="status" class="writing">
              ${this.writing ? html`<span class="dots" aria-hidden="true"></span>${t("writing")}` : nothing}
            </p>
          </div>
          ${this.away
            ? html`<button type="button" class="latest" @click=${this.#toLatest}>${t("latest")}</button>`
            : nothing}
        </div>
        ${this.#steps()}
        <gw-composer ?hidden=${["again", "erased", "erasing", "gone"].includes(talk.phase)}></gw-composer>
        <p role="status" class="vh">${this.announced}</p>
      </main>
      ${this.#dialog()}
    </div>`;
  }

  #note(): TemplateResult {
    const { config } = this;
    const watched = config.handover
      ? t("noteHandover", { operator: config.operator?.name ?? t("bot") })
      : t("noteAlone");
    return html`<div class="note">
      <p>${t("noteWhat")} ${watched}</p>
      <p>${t("noteLeave")}</p>
      ${config.reviewed ? nothing : html`<p class="small">${t("notReviewed")}</p>`}
    </div>`;
  }

  /** In a crisis the first number stays in sight; everything else is one press away. */
  #crisis(): TemplateResult | typeof nothing {
    const level = this.talk.state.crisis?.level;
    if (level !== "crisis" && level !== "emergency") return nothing;
    const card = this.config.hotlines.find((c) => c.region === this.talk.region);
    const number = card?.emergency?.number;
    return html`<div class="strip" role="region" aria-label=${t("helpTitle")}>
      <span>${t("helpStrip")}</span>
      ${number
        ? html`<a class="number" href=${`tel:${dial(number)}`}
            >${t("call")} <strong>${number}</strong> <span class="where">${card.name}</span></a
          >`
        : nothing}
      <button type="button" @click=${() => this.#show("help")}>${t("moreLines")}</button>
    </div>`;
  }

  #message(entry: Entry, index: number): TemplateResult {
    return html`<gw-message
      id=${`m${entry.id}`}
      class=${index < this.talk.entries.length - LAID_OUT ? "old" : nothing}
      aria-live=${entry.from === "person" ? "off" : nothing}
      .api=${this.talk.api}
      .language=${this.config.contentLanguage}
      .said=${entry.card?.kind === "feedback" ? this.#saidBefore(index) : ""}
      .entry=${entry}
    ></gw-message>`;
  }

  #saidBefore(index: number): string {
    return this.talk.entries.slice(0, index).findLast((entry) => entry.from === "person")?.text ?? "";
  }

  /** Where there is no talk: why, and the ways on. */
  #between(): TemplateResult | typeof nothing {
    const { phase } = this.talk;
    const ways = html`<div class="ways">
      <button type="button" class="primary" @click=${() => void this.talk.start()}>${t("startNew")}</button>
      <button type="button" @click=${() => this.#show("phrase")}>${t("havePhrase")}</button>
    </div>`;
    switch (phase) {
      case "again":
        return html`<div class="between"><p>${t("again")}</p>${ways}${this.#helpHere()}</div>`;
      case "erased":
        return html`<div class="between" role="status"><p>${t("erased")}</p>${ways}</div>`;
      case "erasing":
        return html`<div class="between" role="status">
          <p>${t("erasedHere")}</p>
          <button type="button" @click=${() => this.talk.retryAll()}>${t("retry")}</button>
        </div>`;
      case "gone":
        return html`<div class="between" role="status"><p>${t("gone")}</p>${ways}</div>`;
      case "failed":
        return html`<div class="between" role="status">
          <p>${t("startFailed")}</p>
          <button type="button" class="primary" @click=${() => this.talk.retryAll()}>${t("retry")}</button>
        </div>`;
      default:
        return nothing;
    }
  }

  #helpHere(): TemplateResult {
    return html`<div class="card">${help(this.#view(), 2)}</div>`;
  }

  #steps(): TemplateResult | typeof nothing {
    const { conversation, done, of } = this.talk.state;
    if (!conversation || this.talk.phase !== "talking") return nothing;
    const name = tMaybe(conversation) ?? t("steps");
    const progress = t("progress", { done, of });
    const control = (word: string, label: string): TemplateResult =>
      html`<button type="button" @click=${() => this.talk.say(word, label)}>${label}</button>`;
    return html`<div class="steps" role="group" aria-label=${`${t("steps")}: ${name}`}>
      <div class="where-we-are">
        <span class="name">${name}</span>
        ${of
          ? html`<progress max=${of} value=${done} aria-hidden="true"></progress>
              <span class="small">${progress}</span>`
          : nothing}
      </div>
      <div class="controls">
        ${control("back", t("back"))} ${control("skip", t("skip"))} ${control("pause", t("pause"))}
      </div>
    </div>`;
  }

  #dialog(): TemplateResult | typeof nothing {
    if (!this.dialog) return nothing;
    const { title, body } = dialogContent(this.dialog, this.#view());
    return html`<dialog aria-labelledby="dialog-title" @close=${() => (this.dialog = null)}>
      <div class="dialog-top">
        <h2 id="dialog-title" tabindex="-1">${title}</h2>
        <button type="button" @click=${() => this.#close()}>${t("close")}</button>
      </div>
      <div class="dialog-body" tabindex="0">${body}</div>
    </dialog>`;
  }

  #view(): Parameters<typeof dialogContent>[1] {
    const acts: Acts = {
      close: () => this.#close(),
      leave: () => this.leave(),
      erase: () => this.#erase(),
      phrase: (phrase) => void this.#comeBack(phrase),
      show: (name) => this.#show(name),
      region: (region) => this.#region(region),
      look: (theme) => this.#look(theme),
    };
    const { config, theme, phraseTrouble } = this;
    return { config, region: this.talk.region, theme, phraseTrouble, acts };
  }

  override updated(changed: PropertyValues): void {
    const dialog = this.querySelector("dialog");
    if (changed.has("dialog") && dialog) {
      if (!dialog.open) dialog.showModal();
      if (changed.get("dialog")?.name !== this.dialog?.name) dialog.querySelector("h2")?.focus();
    }
    // The messages draw themselves after this element: look where they stand in the next frame.
    if (this.#newTurn !== null) requestAnimationFrame(() => this.#bringIntoSight());
  }

  // What the person does

  /** Empty the page, tell the embedding page, open a neutral one. */
  leave(): void {
    this.talk.forget();
    if (!this.config.embedded) return leave(this.config.leaveUrl, t("title"));
    window.parent.postMessage("groundwork:leave", "*"); // carries nothing but the wish
    this.remove();
    // A page that embeds this one without our loader hears nothing: then this frame leaves alone.
    setTimeout(() => leave(this.config.leaveUrl, ""), 300);
  }

  #announceLeave(left: number): void {
    this.announced = t(left === 2 ? "keyTwo" : "keyOne");
  }

  #show(name: "help" | "options" | "erase" | "phrase" | "about" | "wrong"): void {
    this.phraseTrouble = "";
    this.dialog = { name };
  }

  #close(): void {
    this.querySelector("dialog")?.close();
  }

  #erase(): void {
    this.#close();
    this.#composer?.clear();
    void this.talk.erase();
  }

  async #comeBack(phrase: string): Promise<void> {
    try {
      await this.talk.comeBack(phrase);
      this.#close();
    } catch (error) {
      this.phraseTrouble = (error instanceof Problem && error.title) || t("notSent");
    }
  }

  #region(region: string): void {
    this.talk.region = region || null;
    this.requestUpdate();
  }

  #look(theme: string): void {
    this.theme = theme;
    applyLook(theme);
  }

  async #open(passage: Passage): Promise<void> {
    const base = { name: "whole", passage, title: passage.title, failed: false } as const;
    this.dialog = { ...base, text: null };
    const shown = this.dialog;
    try {
      const { text } = await this.talk.api.document(passage.document);
      if (this.dialog === shown) this.dialog = { ...base, text };
      await this.updateComplete;
      this.querySelector(".whole mark")?.scrollIntoView({ block: "center" });
    } catch {
      if (this.dialog === shown) this.dialog = { ...base, text: null, failed: true };
    }
  }

  #online(on: boolean): void {
    this.offline = !on;
    if (on) this.talk.retryAll();
  }

  // What the talk does

  #changed(newTurn: boolean): void {
    const { waiting, entries } = this.talk;
    if (waiting && !this.#writingTimer) {
      this.#writingTimer = setTimeout(() => (this.writing = true), WRITING_AFTER_MS);
    } else if (!waiting) {
      clearTimeout(this.#writingTimer);
      this.#writingTimer = 0;
      this.writing = false;
    }
    const sending = entries.at(-1)?.status === "sending";
    if (sending) this.#follow = true;
    if (newTurn || sending) this.#newTurn = latestTurn(entries);
    this.requestUpdate();
  }

  get #composer(): Composer | null {
    return this.querySelector("gw-composer");
  }

  get #scroller(): HTMLElement {
    return this.querySelector<HTMLElement>(".scroll")!;
  }

  #scrolled(): void {
    const s = this.#scroller;
    const below = s.scrollHeight - s.scrollTop - s.clientHeight;
    const latest = this.querySelector(`#m${latestTurn(this.talk.entries)}`);
    this.away = !!latest && latest.getBoundingClientRect().top > s.getBoundingClientRect().bottom - 40;
    if (s.scrollTop < this.#lastTop) this.#follow = false; // someone went up to read
    if (below < NEAR_END_PX) this.#follow = true;
    this.#lastTop = s.scrollTop;
  }

  /** Show the new turn from its beginning, unless the person is reading further up. */
  #bringIntoSight(): void {
    if (this.#newTurn === null) return;
    const target = this.querySelector(`#m${this.#newTurn}`);
    this.#newTurn = null;
    const scroller = this.#scroller;
    if (!target || !this.#follow) return this.#scrolled();
    const top = target.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTop += top - 12;
    requestAnimationFrame(() => this.#scrolled());
  }

  #toLatest(): void {
    this.#newTurn = latestTurn(this.talk.entries);
    this.#follow = true;
    this.#bringIntoSight();
    this.#composer?.focus();
  }
}

/** Where the latest turn begins: with the person's last message. */
function latestTurn(entries: Entry[]): number | null {
  for (let i = entries.length - 1; i >= 0; i--) {
    if (entries[i]!.from === "person") return entries[i]!.id;
  }
  return null;
}

customElements.define("gw-chat", Chat);

async function main(): Promise<void> {
  const config = readConfig();
  keepLook(config);
  await useLanguage(config.language);
  if (config.dir === "rtl" || config.dir === "ltr") document.documentElement.dir = config.dir;
  document.title = t("title");
  const chat = new Chat(config);
  document.getElementById("boot")!.replaceWith(chat);
  if (config.embedded) {
    window.parent.postMessage("groundwork:ready", "*"); // carries nothing
    await chat.updateComplete;
    if (document.hasFocus()) chat.querySelector("h1")?.focus();
  }
  window.addEventListener("pagehide", () => {
    // A page kept for Back must not hold the talk.
    chat.talk.forget();
    chat.remove();
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

void main();
