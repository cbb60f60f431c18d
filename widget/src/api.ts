/** Our own server, over fetch. The token lives in this object and nowhere else. */
import { EMPTY_STATE, type Reply, type State, type Turn } from "./types";

const TIMEOUT_MS = 30_000;

/** The server answered, and not with what was asked for. `title` is a sentence for a person. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly turn: Partial<Turn>,
    readonly retryAfter: number,
  ) {
    super(`status ${status}`);
  }
}

/** No answer came: offline, unreachable, or too slow. */
export class Unreachable extends Error {}

export interface Said {
  from: "person" | "bot";
  text: string;
}

export class Api {
  #token: string | null = null;

  get open(): boolean {
    return this.#token !== null;
  }

  forget(): void {
    this.#token = null;
  }

  async start(region: string | null): Promise<Turn> {
    const body = await json(await this.#call("POST", "api/conversations", region ? { region } : {}));
    this.#token = String(body.token);
    return turn(body);
  }

  async send(message: { text: string } | { payload: string }, key: string): Promise<Turn> {
    const answer = await this.#call("POST", "api/conversations/messages", message, {
      "Idempotency-Key": key,
    });
    return turn(await json(answer));
  }

  /** Open the talk of a return phrase; gives what it holds, and what the server says to it. */
  async comeBack(phrase: string): Promise<Turn & { messages: Said[] }> {
    const body = await json(await this.#call("POST", "api/conversations/return", { phrase }));
    this.#token = String(body.token);
    const talk = await this.now();
    return { ...talk, replies: replies(body.replies) };
  }

  /** What the server holds of this talk, and where it stands. */
  async now(): Promise<{ messages: Said[]; state: State }> {
    const talk = await json(await this.#call("GET", "api/conversations"));
    const messages = Array.isArray(talk.messages) ? (talk.messages as Said[]) : [];
    return { messages, state: state(talk.state) };
  }

  async erase(): Promise<void> {
    if (!this.#token) return;
    try {
      await this.#call("DELETE", "api/conversations");
    } catch (error) {
      if (!(error instanceof Problem && [401, 403, 404].includes(error.status))) throw error;
    }
    this.#token = null;
  }

  async document(name: string): Promise<{ title: string; text: string }> {
    const body = await json(await this.#call("GET", `api/documents/${encodeURIComponent(name)}`));
    return { title: String(body.title ?? ""), text: String(body.text ?? "") };
  }

  /** A file of an artifact; the name is the server's where it is a plain one. */
  async file(url: string, format: string): Promise<{ blob: Blob; name: string }> {
    const path = url.replace(/^\/+/, "");
    if (!path.startsWith("api/conversations/artifacts/")) throw new Problem(400, "", {}, 0);
    const answer = await this.#call("GET", path);
    const named = /filename="?([\w-]+\.\w{2,4})"?/.exec(answer.headers.get("Content-Disposition") ?? "");
    return { blob: await answer.blob(), name: named?.[1] ?? `notes.${format}` };
  }

  async #call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new Unreachable();
    }
    if (!answer.ok) throw await problem(answer);
    return answer;
  }
}

async function problem(answer: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    body = (await answer.json()) as Record<string, unknown>;
  } catch {
    // A proxy's page: the status has to do.
  }
  const part: Partial<Turn> = { replies: replies(body.replies) };
  if (body.state) part.state = state(body.state);
  const after = Number(answer.headers.get("Retry-After"));
  const title = typeof body.title === "string" ? body.title : "";
  return new Problem(answer.status, title, part, Number.isFinite(after) && after > 0 ? after : 0);
}

async function json(answer: Response): Promise<Record<string, unknown>> {
  try {
    return (await answer.json()) as Record<string, unknown>;
  } catch {
    throw new Unreachable();
  }
}

function turn(body: Record<string, unknown>): Turn {
  return { replies: replies(body.replies), state: state(body.state) };
}

function replies(value: unknown): Reply[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: Partial<Reply>) => ({
    text: String(item.text ?? ""),
    buttons: Array.isArray(item.buttons) ? item.buttons : [],
    card: item.card && typeof item.card === "object" ? item.card : null,
  }));
}

function state(value: unknown): State {
  const given = value && typeof value === "object" ? (value as Partial<State>) : {};
  return { ...EMPTY_STATE, ...given };
}

/** A key that makes sending the same message twice count once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
