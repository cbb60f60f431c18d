/** What the server wrote into the page, and what the embedding tag asked for (after the # of the address). */
import type { Hotlines } from "./types";

export interface Config {
  region: string | null;
  language: string;
  contentLanguage: string;
  leaveUrl: string;
  hotlines: Hotlines[];
  operator: { name: string; contact: string; privacyUrl: string } | null;
  reviewed: boolean;
  handover: boolean;
  version: string;
  embedded: boolean;
  again: boolean;
  theme: string;
  dir: string;
  accent: string;
  accentDark: string;
  radius: string;
}

/** Read the configuration; anything missing or malformed falls back to what is safe. */
export function readConfig(): Config {
  const given = parse(document.getElementById("config")?.textContent);
  const query = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.slice(1));
  const wish = (name: string): string => hash.get(name) ?? query.get(name) ?? "";
  return {
    region: region(wish("region")) ?? region(given.region),
    language: wish("language") || text(given.language) || "en",
    contentLanguage: text(given.contentLanguage) || "en",
    leaveUrl: webAddress(text(given.leaveUrl)),
    hotlines: hotlines(given.hotlineCards ?? given.hotlineCard),
    operator: (given.operator as Config["operator"]) ?? null,
    reviewed: given.reviewed === true,
    handover: given.handover === true,
    version: text(given.version),
    embedded: window.parent !== window,
    again: hash.get("again") === "1" || loadedAgain(),
    theme: wish("theme"),
    dir: wish("dir"),
    accent: wish("accent"),
    accentDark: wish("accent-dark"),
    radius: wish("radius"),
  };
}

function parse(source: string | null | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(source ?? "{}");
    return value && typeof value === "object" ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function region(value: unknown): string | null {
  return typeof value === "string" && /^[a-z]{2}$/i.test(value) ? value.toUpperCase() : null;
}

function webAddress(value: string): string {
  const neutral = new URL("static/measures.html", document.baseURI).href;
  if (!value) return neutral;
  try {
    const url = new URL(value, document.baseURI);
    return /^https?:$/.test(url.protocol) ? url.href : neutral;
  } catch {
    return neutral;
  }
}

/** One card, a list of cards, or cards by region. */
function hotlines(value: unknown): Hotlines[] {
  if (!value || typeof value !== "object") return [];
  const cards = Array.isArray(value) ? value : "lines" in value ? [value] : Object.values(value);
  return cards.filter((card): card is Hotlines => !!card && Array.isArray((card as Hotlines).lines));
}

/** Whether this page replaced an earlier one of itself (reload, Back, or a phone that had unloaded it). */
function loadedAgain(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const discarded = (document as { wasDiscarded?: boolean }).wasDiscarded === true;
  return discarded || (window.parent === window && !!entry && entry.type !== "navigate");
}
