/** What a conversation leaves in the person's hands: shown, and saved only on request. */
import { LitElement, html, nothing, type TemplateResult } from "lit";
import type { Api } from "../api";
import { t, tMaybe } from "../i18n";
import type { Card } from "../types";

interface Section {
  step: string;
  label: string;
  answer: string | null;
}

interface Download {
  format: string;
  url: string;
}

class ArtifactCard extends LitElement {
  static override properties = { card: { attribute: false }, api: { attribute: false }, said: { state: true } };
  declare card: Card;
  declare api: Api;
  declare said: string;

  constructor() {
    super();
    this.said = "";
  }

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`<div class="artifact">
      <h3>${String(this.card.title ?? "")}</h3>
      ${this.#words("header") ? html`<p>${this.#words("header")}</p>` : nothing}
      <dl class="sections">${this.#sections().map((section) => row(section))}</dl>
      ${this.#words("footer") ? html`<p>${this.#words("footer")}</p>` : nothing}
      <details class="save">
        <summary>${t("save")}</summary>
        <p class="small">${t("saveNote")}</p>
        <div class="ways">
          ${this.#downloads().map(
            (item) =>
              html`<button type="button" @click=${() => this.#save(item)}>
                ${t("saveAs", { format: tMaybe(item.format) ?? item.format })}
              </button>`,
          )}
          <button type="button" @click=${() => this.#print()}>${t("print")}</button>
          <button type="button" @click=${() => this.#copy()}>${t("copy")}</button>
        </div>
      </details>
      <p role="status" class="small">${this.said || nothing}</p>
    </div>`;
  }

  /** A sentence that belongs to the document itself: its head, or what it is not (consent, a proof). */
  #words(name: "header" | "footer"): string {
    const words = this.card[name];
    return typeof words === "string" ? words : "";
  }

  #sections(): Section[] {
    return Array.isArray(this.card.sections) ? (this.card.sections as Section[]) : [];
  }

  #downloads(): Download[] {
    const given = Array.isArray(this.card.downloads) ? (this.card.downloads as Download[]) : [];
    return given.filter((item) => /^[a-z]{2,4}$/.test(item.format) && typeof item.url === "string");
  }

  async #save(item: Download): Promise<void> {
    try {
      const { blob, name } = await this.api.file(item.url, item.format);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      this.said = "";
    } catch {
      this.said = t("saveFailed");
    }
  }

  #print(): void {
    document.body.classList.add("printing");
    this.classList.add("to-print");
    window.addEventListener("afterprint", () => this.#printed(), { once: true });
    window.print();
  }

  #printed(): void {
    document.body.classList.remove("printing");
    this.classList.remove("to-print");
  }

  async #copy(): Promise<void> {
    const lines = this.#sections().map((s) => `${s.label}\n${s.answer ?? t("skipped")}`);
    const whole = [String(this.card.title ?? ""), this.#words("header"), ...lines, this.#words("footer")];
    const text = whole.filter(Boolean).join("\n\n");
    try {
      await navigator.clipboard.writeText(text);
      this.said = t("copied");
    } catch {
      this.said = copyOldWay(text) ? t("copied") : t("copyFailed");
    }
  }
}

function row(section: Section): TemplateResult {
  return html`<div>
    <dt>${section.label}</dt>
    <dd class=${section.answer === null ? "skipped" : ""}>${section.answer ?? t("skipped")}</dd>
  </div>`;
}

/** For frames and browsers that do not hand out the clipboard. */
function copyOldWay(text: string): boolean {
  const before = document.activeElement as HTMLElement | null;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "vh";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  return done;
}

customElements.define("gw-artifact", ArtifactCard);
