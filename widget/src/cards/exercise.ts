/** Exercises to do along: breath, five senses, a timer, or plain steps. Each can be stopped at any moment. */
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { t, tMaybe, type Key } from "../i18n";
import type { Card } from "../types";

type Phase = { key: Key; seconds: number; size: "in" | "hold" | "out" };

const SENSES: Key[] = ["sense5", "sense4", "sense3", "sense2", "sense1"];
const TICK_MS = 250;

function positive(value: unknown, fallback: number): number {
  return typeof value === "number" && value > 0 && value < 7200 ? value : fallback;
}

class ExerciseCard extends LitElement {
  static override properties = {
    card: { attribute: false },
    running: { state: true },
    said: { state: true },
    shown: { state: true },
    count: { state: true },
    size: { state: true },
  };
  declare card: Card;
  declare running: boolean;
  /** What a screen reader hears; changes seldom. */
  declare said: string;
  declare shown: string;
  declare count: string;
  declare size: "in" | "hold" | "out" | "rest";
  #timer = 0;

  constructor() {
    super();
    this.running = false;
    this.said = this.shown = this.count = "";
    this.size = "rest";
  }

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render(): TemplateResult {
    const kind = this.#kind();
    const title = typeof this.card.title === "string" ? this.card.title : t(title_(kind));
    return html`<div class="exercise">
      <h3>${title}</h3>
      ${kind === "breathing" ? this.#breathing() : kind === "timer" ? this.#timed() : this.#list(kind)}
    </div>`;
  }

  #kind(): "breathing" | "timer" | "senses" | "steps" {
    const name = String(this.card.exercise ?? this.card.name ?? this.card.id ?? "");
    if (/breath/.test(name)) return "breathing";
    if (/sense/.test(name)) return "senses";
    if (/timer|time/.test(name) || typeof this.card.seconds === "number") return "timer";
    return "steps";
  }

  #breathing(): TemplateResult {
    return html`<p class="small">${t("breathNote")}</p>
      <div class="breath" aria-hidden="true">
        <div class="circle" data-size=${this.size}></div>
        <span class="phase">${this.shown}</span><span class="count">${this.count}</span>
      </div>
      ${this.#controls(() => this.#breathe())}`;
  }

  #timed(): TemplateResult {
    return html`<p class="clock" aria-hidden="true">${this.shown || clock(this.#seconds())}</p>
      ${this.#controls(() => this.#countDown())}`;
  }

  #seconds(): number {
    return positive(this.card.seconds, positive(this.card.minutes, 5) * 60);
  }

  #controls(begin: () => void): TemplateResult {
    const label = this.running ? t("stop") : this.said ? t("again2") : t("begin");
    const act = (): void => (this.running ? this.#end("") : begin());
    return html`<button type="button" @click=${act}>${label}</button>
      <p role="status" class="vh">${this.said}</p>`;
  }

  #list(kind: "senses" | "steps"): TemplateResult | typeof nothing {
    const given = [this.card.steps, this.card.items].find(Array.isArray) as unknown[] | undefined;
    const items = given?.map(label) ?? (kind === "senses" ? SENSES.map((key) => t(key)) : []);
    if (!items.length) return nothing;
    return html`<ol class="ticks">
      ${items.map((item) => html`<li><label><input type="checkbox" /> <span>${item}</span></label></li>`)}
    </ol>`;
  }

  /** Run phases round after round; each phase is said once, seconds are only shown. */
  #breathe(): void {
    const phases = ([
      { key: "breatheIn", seconds: positive(this.card.in, 4), size: "in" },
      { key: "hold", seconds: positive(this.card.hold, 0), size: "hold" },
      { key: "breatheOut", seconds: positive(this.card.out, 6), size: "out" },
    ] as Phase[]).filter((phase) => phase.seconds > 0);
    const rounds = Math.round(positive(this.card.rounds, 6));
    const length = phases.reduce((sum, phase) => sum + phase.seconds, 0);
    this.#every((elapsed) => {
      const round = Math.floor(elapsed / length);
      if (round >= rounds) return this.#end(t("ended"));
      let into = elapsed - round * length;
      let index = 0;
      while (into >= phases[index]!.seconds && index < phases.length - 1) into -= phases[index++]!.seconds;
      const phase = phases[index]!;
      this.style.setProperty("--phase", `${phase.seconds}s`);
      this.size = phase.size;
      this.shown = this.said = t(phase.key);
      this.count = String(Math.ceil(phase.seconds - into));
    });
  }

  #countDown(): void {
    const seconds = this.#seconds();
    this.#every((elapsed) => {
      const left = Math.ceil(seconds - elapsed);
      if (left <= 0) return this.#end(t("ended"));
      this.shown = clock(left);
      if (left % 60 === 0) this.said = left === 60 ? t("minuteLeft") : t("minutesLeft", { n: left / 60 });
      else if (left === 10 || (left === seconds && !this.said)) this.said = t("secondsLeft", { n: left });
    });
  }

  #every(step: (elapsedSeconds: number) => void): void {
    const began = performance.now();
    this.running = true;
    const tick = (): void => step((performance.now() - began) / 1000);
    this.#timer = setInterval(tick, TICK_MS);
    tick();
  }

  #end(said: string): void {
    clearInterval(this.#timer);
    this.running = false;
    this.size = "rest";
    this.shown = said;
    this.count = "";
    this.said = said || t("done");
  }
}

function title_(kind: "breathing" | "timer" | "senses" | "steps"): Key {
  return kind === "senses" ? "senses" : kind === "timer" ? "timer" : "exercise";
}

function label(item: unknown): string {
  if (typeof item === "string") return item;
  const given = item as { label?: unknown; text?: unknown; count?: unknown };
  const words = String(given.label ?? given.text ?? "");
  return typeof given.count === "number" ? `${given.count} ${words}` : (tMaybe(words) ?? words);
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

customElements.define("gw-exercise", ExerciseCard);
