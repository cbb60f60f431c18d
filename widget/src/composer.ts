/** The field for writing. It stands apart so that a key press redraws nothing else. */
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { t } from "./i18n";

/** Characters the server takes at once. Longer text can still be sent: the server answers what it must. */
export const MAX_CHARACTERS = 4000;

export class Composer extends LitElement {
  static override properties = { over: { state: true } };
  declare over: number;

  constructor() {
    super();
    this.over = 0;
  }

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`<form class="composer" @submit=${this.#submit}>
      <label class="vh" for="words">${t("yourMessage")}</label>
      <textarea
        id="words"
        rows="1"
        dir="auto"
        autocomplete="off"
        spellcheck="false"
        data-gramm="false"
        enterkeyhint="send"
        placeholder=${t("placeholder")}
        aria-describedby="keys"
        @keydown=${this.#key}
        @input=${this.#input}
      ></textarea>
      <button type="submit" class="primary">${t("send")}</button>
      <p id="keys" class="vh">${t("keys")}</p>
      <p role="status" class="small over">
        ${this.over ? t("tooLong", { n: this.over, max: MAX_CHARACTERS }) : nothing}
      </p>
    </form>`;
  }

  get #area(): HTMLTextAreaElement {
    return this.querySelector("textarea")!;
  }

  /** Put a text in to be worked on; asked for by the person, so the focus goes there. */
  edit(text: string): void {
    this.#area.value = text;
    this.#input();
    this.#area.focus();
  }

  /** Focus the field. */
  override focus(): void {
    this.#area.focus();
  }

  /** Empty the field. */
  clear(): void {
    this.#area.value = "";
    this.#input();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#area.value.trim();
    if (!text) return;
    this.clear();
    this.dispatchEvent(new CustomEvent("gw-send", { detail: text, bubbles: true }));
  }

  #input(): void {
    const length = this.#area.value.length;
    this.over = length > MAX_CHARACTERS ? length : 0;
  }
}

customElements.define("gw-composer", Composer);
