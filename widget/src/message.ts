/** One message: its words, its card, its quick replies. Drawn again only when it changes itself. */
import { LitElement, html, nothing, type TemplateResult } from "lit";
import type { Api } from "./api";
import { feedbackCard } from "./cards/feedback";
import { hotlinesCard } from "./cards/hotlines";
import { passagesCard } from "./cards/passages";
import { t } from "./i18n";
import { rich } from "./text";
import type { Button, Card, Entry, Passage } from "./types";

class Message extends LitElement {
  static override properties = { entry: { attribute: false } };
  declare entry: Entry;
  api!: Api;
  /** Language of what the server says. */
  language = "en";
  /** The person's words before this message, for coach feedback. */
  said = "";
  #words: { text: string; nodes: DocumentFragment } | null = null;

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    const { entry } = this;
    const mine = entry.from === "person";
    return html`<article class="message ${entry.from}" data-status=${entry.status}>
      ${entry.first ? html`<h2 class="vh">${t(mine ? "you" : "bot")}</h2>` : nothing}
      ${entry.text
        ? html`<div class="words" dir="auto" lang=${mine ? nothing : this.#language()}>
            ${mine ? html`<p>${entry.text}</p>` : this.#rich(entry.text)}
          </div>`
        : nothing}
      ${entry.card ? this.#card(entry.card) : nothing} ${this.#trouble()}
      ${entry.buttons.length ? this.#choices() : nothing}
    </article>`;
  }

  #language(): string {
    return this.entry.own ? document.documentElement.lang : this.language;
  }

  #rich(text: string): DocumentFragment {
    if (this.#words?.text !== text) this.#words = { text, nodes: rich(text) };
    return this.#words.nodes;
  }

  #card(card: Card): TemplateResult | typeof nothing {
    const body = this.#body(card);
    return body === nothing ? nothing : html`<div class="card" lang=${this.language}>${body}</div>`;
  }

  #body(card: Card): TemplateResult | typeof nothing {
    switch (card.kind) {
      case "hotlines":
        return hotlinesCard(card, this.language);
      case "passages":
        return passagesCard(card, (passage: Passage) => this.#tell("gw-passage", passage));
      case "feedback":
        return feedbackCard(card, this.said, (draft) => this.#tell("gw-draft", draft));
      case "artifact":
        return html`<gw-artifact .card=${card} .api=${this.api}></gw-artifact>`;
      case "exercise":
        return html`<gw-exercise .card=${card}></gw-exercise>`;
      default:
        return nothing;
    }
  }

  #trouble(): TemplateResult | typeof nothing {
    const { entry } = this;
    if (entry.status !== "failed") return nothing;
    return html`<div class="trouble" lang=${document.documentElement.lang}>
      <p>${entry.trouble}</p>
      ${entry.remedy === "retry"
        ? html`<button type="button" @click=${() => this.#tell("gw-retry", entry.id)}>${t("retry")}</button>`
        : nothing}
      ${entry.remedy === "edit"
        ? html`<button type="button" @click=${() => this.#tell("gw-draft", entry.text)}>${t("edit")}</button>`
        : nothing}
    </div>`;
  }

  #choices(): TemplateResult {
    const { buttons, chosen } = this.entry;
    return html`<div class="choices" role="group" aria-label=${t("choices")} lang=${this.language}>
      ${buttons.map((button) => {
        const taken = chosen === button.payload;
        return html`<button
          type="button"
          class=${taken ? "taken" : ""}
          aria-disabled=${chosen === null ? "false" : "true"}
          @click=${() => this.#choose(button)}
        >
          ${taken ? html`<span aria-hidden="true">✓ </span>` : nothing}${button.title}${taken
            ? html`<span class="vh"> (${t("chosen")})</span>`
            : nothing}
        </button>`;
      })}
    </div>`;
  }

  #choose(button: Button): void {
    if (this.entry.chosen === null) this.#tell("gw-choose", { id: this.entry.id, button });
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

customElements.define("gw-message", Message);
