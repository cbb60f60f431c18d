/** What the server says, as docs of the HTTP interface describe it. */

export interface Button {
  title: string;
  payload: string;
}

export interface Card {
  kind: string;
  [name: string]: unknown;
}

export interface Reply {
  text: string;
  buttons: Button[];
  card: Card | null;
}

export interface State {
  conversation: string | null;
  step: string | null;
  done: number;
  of: number;
  paused: string[];
  crisis: { level: string; category: string; region: string | null } | null;
}

export interface Turn {
  replies: Reply[];
  state: State;
}

export interface Line {
  id?: string;
  name: string;
  for?: string | null;
  call?: string | null;
  text?: string | null;
  chat?: string | null;
  hours?: string | null;
}

export interface Hotlines {
  region: string;
  name: string;
  emergency?: { number: string; note?: string | null } | null;
  lines: Line[];
  directory?: { name: string; url?: string | null } | null;
}

export interface Passage {
  id: string;
  document: string;
  title: string;
  heading?: string | null;
  text: string;
  start: number;
  end: number;
}

/** One message on the screen. */
export interface Entry {
  id: number;
  from: "person" | "bot";
  text: string;
  buttons: Button[];
  card: Card | null;
  /** First of its turn: carries the speaker's name. */
  first: boolean;
  /** Quick replies: null while open, else the payload taken ("" where another way was taken). */
  chosen: string | null;
  status: "sent" | "sending" | "failed";
  /** Said under a message that was not sent. */
  trouble?: string;
  /** What to do about it; wait: seconds until it may go on. */
  remedy?: "retry" | "edit" | "none";
  /** Made by the page itself (in the page's language), not by the server. */
  own?: boolean;
}

export const EMPTY_STATE: State = {
  conversation: null,
  step: null,
  done: 0,
  of: 0,
  paused: [],
  crisis: null,
};
