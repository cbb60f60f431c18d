/** Leaving: what is on the screen goes at once, the history entry is replaced, a neutral page opens. */

/** Empty a document and everything that styles it, without asking anyone. */
export function wipe(title: string): void {
  const root = document.documentElement;
  for (const name of root.getAttributeNames()) root.removeAttribute(name);
  const head = document.createElement("head");
  head.append(Object.assign(document.createElement("title"), { textContent: title }));
  root.replaceChildren(head, document.createElement("body"));
  document.adoptedStyleSheets = [];
  root.style.background = "#fff";
}

const NEXT_PAGE_WITHIN_MS = 3000;

/** Wipe the page and replace it by `url`; a page that doesn't come gives way to an empty one. */
export function leave(url: string, title: string): void {
  window.onbeforeunload = null;
  window.addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
  wipe(title);
  location.replace(url);
  setTimeout(() => location.replace("about:blank"), NEXT_PAGE_WITHIN_MS);
}

const BETWEEN_TAPS_MS = 3000;

/**
 * Watch for Shift pressed three times with no other key between. `tell` hears how many presses are
 * still needed (2, 1); 0 is the third press.
 */
export function watchShift(tell: (left: number) => void): void {
  let taps = 0;
  let clean = false;
  let last = 0;
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Shift") taps = 0;
      clean = event.key === "Shift" && (clean || !event.repeat);
    },
    true,
  );
  window.addEventListener(
    "keyup",
    (event) => {
      if (event.key !== "Shift" || !clean) return;
      clean = false;
      const now = Date.now();
      taps = now - last < BETWEEN_TAPS_MS ? taps + 1 : 1;
      last = now;
      tell(3 - taps);
      if (taps === 3) taps = 0;
    },
    true,
  );
}
