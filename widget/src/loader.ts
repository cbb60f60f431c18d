/**
 * What a site embeds: a launcher, the way out, and the chat in a frame of our origin once it is opened.
 *
 * It stands on its own: leaving works when the chat hangs, never came, or the server is gone. It reads
 * nothing of the page but its own tag, the page's language and the `--groundwork-…` properties.
 */
import type all from "./strings.json";
import { contrast, onColour } from "./colour";
import { leave, watchShift } from "./leave";

type Words = (typeof all)["loader"]["en"];
declare const LOADER_STRINGS: Record<string, Words>;
declare const LANGUAGES: Record<string, { dir: string }>;
declare const LOADER_CSS: string;

const PHONE = "(max-width: 480px), (max-height: 480px)";
const READY_WITHIN_MS = 10_000;
const TAG = "groundwork-chat";
const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox " +
  "allow-downloads allow-modals allow-top-navigation-to-custom-protocols";

function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  for (const key in attributes) node.setAttribute(key, attributes[key]!);
  node.append(...children);
  return node;
}

function start(script: HTMLScriptElement): void {
  const data = script.dataset;
  const base = new URL(".", script.src);
  const wish = (data.language || document.documentElement.lang || "en").toLowerCase().split("-")[0]!;
  const language = Object.hasOwn(LOADER_STRINGS, wish) ? wish : "en";
  const words = LOADER_STRINGS[language]!;
  const away = leaveUrl(data.leaveUrl, base);
  const go = (): void => leave(away, words.away);

  const host = document.createElement(TAG);
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOADER_CSS);
  root.adoptedStyleSheets = [sheet];

  const button = (name: string, text: string, act: () => void): HTMLButtonElement => {
    const node = el("button", { type: "button", class: name }, text);
    node.addEventListener("click", act);
    return node;
  };
  const exit = (): HTMLButtonElement => {
    const node = button("leave", words.leave, go);
    node.setAttribute("aria-description", words.key);
    node.title = words.key;
    return node;
  };
  const said = el("p", { role: "status", class: "vh" });
  const opener = button("open", words.open, open);
  opener.setAttribute("aria-expanded", "false");
  const dock = el("div", { role: "region", "aria-label": words.chat, class: "dock" }, opener, exit(), said);
  const down = el("div", { class: "down", role: "alert" });
  const stage = el("div", { class: "stage" });
  const panel = el(
    "dialog",
    { "aria-label": words.chat },
    el("div", { class: "top" }, exit(), button("hide", words.hide, hide)),
    down,
    stage,
  );
  const wrap = el("div", { class: `wrap ${data.side === "left" ? "left" : ""}`, lang: language, dir: LANGUAGES[language]!.dir });
  wrap.append(dock, panel);
  root.append(wrap);

  let frame: HTMLIFrameElement | null = null;
  let waiting = 0;

  function load(): void {
    frame?.remove();
    down.replaceChildren();
    frame = el("iframe", {
      title: words.chat,
      sandbox: SANDBOX,
      allow: "clipboard-write",
      referrerpolicy: "no-referrer",
      src: address(),
    });
    stage.append(frame);
    clearTimeout(waiting);
    waiting = setTimeout(unreachable, READY_WITHIN_MS);
  }

  function unreachable(): void {
    down.replaceChildren(el("p", {}, words.down), button("retry", words.retry, load));
  }

  function address(): string {
    const url = new URL("chat", base);
    const hash = new URLSearchParams({ embedded: "1", language: data.language || wish });
    if (/^[a-z]{2}$/i.test(data.region ?? "")) {
      url.searchParams.set("region", data.region!.toUpperCase());
    }
    if (data.theme) hash.set("theme", data.theme);
    if (wasHere()) hash.set("again", "1");
    const style = getComputedStyle(document.documentElement);
    for (const name of ["accent", "accent-dark", "radius"]) {
      const value = style.getPropertyValue(`--groundwork-${name}`).trim();
      if (value) hash.set(name, value);
    }
    url.hash = hash.toString();
    return url.href;
  }

  function open(): void {
    if (!frame) load();
    dock.hidden = true;
    if (matchMedia(PHONE).matches) panel.showModal();
    else panel.show();
    panel.append(said);
    frame!.focus();
  }

  function hide(): void {
    panel.close();
  }

  panel.addEventListener("close", () => {
    dock.hidden = false;
    dock.append(said);
    opener.focus();
  });

  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
    if (event.data === "groundwork:leave") go();
    else if (event.data === "groundwork:hide") hide();
    else if (event.data === "groundwork:ready") {
      clearTimeout(waiting);
      down.replaceChildren();
    }
  });
  window.addEventListener("pagehide", () => {
    // A page kept for Back must not hold the talk.
    frame?.remove();
    frame = null;
    if (panel.open) panel.close();
  });
  watchShift((left) => {
    if (left === 0) go();
    else said.textContent = left === 2 ? words.two : words.one;
  });

  colour(wrap);
  document.body.append(host);
}

function leaveUrl(given: string | undefined, base: URL): string {
  const neutral = new URL("static/measures.html", base).href;
  try {
    const url = new URL(given || neutral, document.baseURI);
    return /^https?:$/.test(url.protocol) ? url.href : neutral;
  } catch {
    return neutral;
  }
}

/** Whether this page was loaded again (by hand, by Back, or by a phone that had unloaded it). */
function wasHere(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return (document as { wasDiscarded?: boolean }).wasDiscarded === true || (!!entry && entry.type !== "navigate");
}

function colour(wrap: HTMLElement): void {
  const given = getComputedStyle(document.documentElement).getPropertyValue("--groundwork-accent").trim();
  if (contrast(given, onColour(given)) < 4.5) return;
  wrap.style.setProperty("--accent", given);
  wrap.style.setProperty("--on", onColour(given));
}

const script = (document.currentScript ??
  document.querySelector('script[src*="/widget.js"]')) as HTMLScriptElement | null;
if (script?.src && !document.querySelector(TAG)) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script), { once: true });
}
