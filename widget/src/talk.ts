/** One talk as the page holds it: messages, where it stands, what was not sent. In memory only. */
import { Api, Problem, Unreachable, newKey, type Said } from "./api";
import { MAX_CHARACTERS } from "./composer";
import { t } from "./i18n";
import { EMPTY_STATE, type Button, type Entry, type Reply, type State, type Turn } from "./types";

type Body = { text: string } | { payload: string };

/** starting → talking; again: this page was loaded anew; erased and gone: the talk is over here. */
export type Phase = "starting" | "failed" | "talking" | "again" | "erased" | "erasing" | "gone";

interface Outgoing {
  body: Body;
  key: string;
  /** The message whose quick reply this was. */
  choiceOf: number | null;
}

export class Talk {
  readonly api = new Api();
  entries: Entry[] = [];
  state: State = EMPTY_STATE;
  phase: Phase = "starting";
  /** Messages that wait for an answer. */
  waiting = 0;
  /** The region the talk has learnt, from a crisis or a card. */
  region: string | null;
  #next = 1;
  #queue: Promise<void> = Promise.resolve();
  #outgoing = new Map<number, Outgoing>();
  /** Grows with every new talk, so that a late answer of an old one is dropped. */
  #age = 0;

  constructor(
    region: string | null,
    /** Called after every change; true where there is a new turn of the bot to show. */
    private readonly changed: (newTurn: boolean) => void,
  ) {
    this.region = region;
  }

  /** Open a talk and show its greeting. */
  async start(): Promise<void> {
    const age = this.#reset("starting");
    try {
      const turn = await this.api.start(this.region);
      if (age !== this.#age) return;
      this.phase = "talking";
      this.#show(turn);
    } catch (error) {
      if (age !== this.#age) return;
      if (error instanceof Problem) this.#showReplies(error.turn.replies ?? []);
      this.phase = "failed";
      this.changed(false);
    }
  }

  /** Ask whether to come back to an earlier talk or to begin. */
  ask(): void {
    this.#reset("again");
    this.changed(false);
  }

  /**
   * Go back to the talk of a return phrase.
   *
   * @throws Problem or Unreachable, with the present talk untouched.
   */
  async comeBack(phrase: string): Promise<void> {
    const earlier = await this.api.comeBack(phrase);
    this.#reset("talking", false);
    for (const said of earlier.messages) this.#push(fromHistory(said));
    if (!earlier.replies.length) this.#push({ text: t("returned"), own: true, first: true });
    this.#show(earlier);
  }

  say(text: string, shown = text): void {
    this.#closeChoices("");
    this.#enqueue(shown, { body: { text }, key: newKey(), choiceOf: null });
  }

  choose(id: number, button: Button): void {
    this.#update(id, { chosen: button.payload });
    this.#closeChoices("");
    this.#enqueue(button.title, { body: { payload: button.payload }, key: newKey(), choiceOf: id });
  }

  /** Send again what was not sent. */
  retry(id: number): void {
    const outgoing = this.#outgoing.get(id);
    const entry = this.entries.find((e) => e.id === id);
    if (!outgoing || entry?.status !== "failed") return;
    this.#update(id, { status: "sending" });
    this.#run(id, outgoing);
  }

  /** Send again everything that failed for want of a network. */
  retryAll(): void {
    if (this.phase === "erasing") void this.erase();
    else if (this.phase === "failed") void this.start();
    else for (const e of this.entries) if (e.remedy === "retry") this.retry(e.id);
  }

  /** Take the talk off the screen at once, then off the server. */
  async erase(): Promise<void> {
    const age = this.#reset("erasing", false);
    this.changed(false);
    try {
      await this.api.erase();
      if (age === this.#age) this.phase = "erased";
    } catch {
      // Still "erasing": tried again when the network is back.
    }
    this.changed(false);
  }

  /** Drop everything this page holds. */
  forget(): void {
    this.#reset("gone");
  }

  #reset(phase: Phase, forget = true): number {
    if (forget) this.api.forget();
    this.entries = [];
    this.#outgoing.clear();
    this.#queue = Promise.resolve();
    this.state = EMPTY_STATE;
    this.waiting = 0;
    this.phase = phase;
    return ++this.#age;
  }

  #enqueue(shown: string, outgoing: Outgoing): void {
    const id = this.#push({ from: "person", text: shown, status: "sending", first: true });
    this.#outgoing.set(id, outgoing);
    this.#run(id, outgoing);
  }

  #run(id: number, outgoing: Outgoing): void {
    const age = this.#age;
    this.waiting += 1;
    this.changed(false);
    this.#queue = this.#queue.then(() => (age === this.#age ? this.#deliver(id, outgoing, age) : undefined));
  }

  async #deliver(id: number, outgoing: Outgoing, age: number): Promise<void> {
    try {
      if (!this.api.open) await this.#open(age);
      const turn = await this.api.send(outgoing.body, outgoing.key);
      if (age !== this.#age) return;
      this.#update(id, { status: "sent", remedy: "none" });
      this.#outgoing.delete(id);
      this.waiting -= 1;
      this.#show(turn);
    } catch (error) {
      if (age !== this.#age) return;
      this.waiting -= 1;
      this.#failed(id, outgoing, error);
    }
  }

  /** A message came before the talk could be opened: open it first. */
  async #open(age: number): Promise<void> {
    const turn = await this.api.start(this.region);
    if (age === this.#age) {
      this.phase = "talking";
      this.state = turn.state;
    }
  }

  #failed(id: number, outgoing: Outgoing, error: unknown): void {
    this.#update(id, { status: "failed", ...whatFailed(error, outgoing) });
    if (error instanceof Problem) {
      if (error.status === 401) this.phase = "gone";
      if (error.turn.state) this.state = error.turn.state;
      if (error.turn.replies?.length) {
        this.#showReplies(error.turn.replies);
        if (!error.turn.state) void this.#lookAgain();
      }
      if (error.status === 429) this.#waitFor(id, error.retryAfter || 10);
    }
    if (outgoing.choiceOf !== null && !(error instanceof Problem && error.status === 422)) {
      this.#update(outgoing.choiceOf, { chosen: "" });
    }
    this.changed(true);
  }

  /** An answer that came with a refusal may have changed where the talk stands (a crisis in view). */
  async #lookAgain(): Promise<void> {
    const age = this.#age;
    try {
      const { state } = await this.api.now();
      if (age !== this.#age) return;
      this.state = state;
      this.changed(false);
    } catch {
      // The words of the answer say everything that is needed.
    }
  }

  /** After 429: say when it may go on, then offer to send again. */
  #waitFor(id: number, seconds: number): void {
    const age = this.#age;
    setTimeout(() => {
      if (age !== this.#age) return;
      this.#update(id, { trouble: t("waitOver"), remedy: "retry" });
      this.changed(false);
    }, seconds * 1000);
  }

  #show(turn: Turn): void {
    this.state = turn.state;
    if (turn.state.crisis?.region) this.region = turn.state.crisis.region;
    this.#showReplies(turn.replies);
    this.changed(true);
  }

  #showReplies(replies: Reply[]): void {
    replies.forEach((reply, index) => {
      const region = reply.card?.kind === "hotlines" ? reply.card.region : null;
      if (typeof region === "string") this.region = region;
      this.#push({ ...reply, first: index === 0 });
    });
  }

  #push(part: Partial<Entry>): number {
    const id = this.#next++;
    const entry: Entry = {
      id,
      from: "bot",
      text: "",
      buttons: [],
      card: null,
      first: false,
      chosen: null,
      status: "sent",
      ...part,
    };
    this.entries = [...this.entries, entry];
    return id;
  }

  #update(id: number, part: Partial<Entry>): void {
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, ...part } : entry));
  }

  /** Quick replies that were open are readable still, and no longer a choice. */
  #closeChoices(chosen: string): void {
    const open = (e: Entry): boolean => e.buttons.length > 0 && e.chosen === null;
    if (this.entries.some(open)) {
      this.entries = this.entries.map((entry) => (open(entry) ? { ...entry, chosen } : entry));
    }
  }
}

function fromHistory(said: Said): Partial<Entry> {
  return { from: said.from === "person" ? "person" : "bot", text: String(said.text), first: true };
}

function whatFailed(error: unknown, outgoing: Outgoing): Pick<Entry, "trouble" | "remedy"> {
  if (error instanceof Unreachable) return { trouble: t("notSent"), remedy: "retry" };
  if (!(error instanceof Problem)) return { trouble: t("serverTrouble"), remedy: "retry" };
  switch (error.status) {
    case 401:
      return { trouble: error.title || t("gone"), remedy: "none" };
    case 413: {
      const n = "text" in outgoing.body ? outgoing.body.text.length : 0;
      return { trouble: error.title || t("tooLong", { n, max: MAX_CHARACTERS }), remedy: "edit" };
    }
    case 422:
      return { trouble: error.title || t("refused"), remedy: "none" };
    case 429:
      return { trouble: t("wait", { n: error.retryAfter || 10 }), remedy: "none" };
    default:
      return { trouble: t("serverTrouble"), remedy: "retry" };
  }
}
