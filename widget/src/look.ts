/** Light, dark or strong contrast, and the few colours a site may set, each only if it can be read. */
import { contrast, onColour } from "./colour";
import type { Config } from "./config";

const LIGHT_SURFACE = "#ffffff";
const DARK_SURFACE = "#1b2224";
const READABLE = 4.5;

/** Set the look; "auto" follows the device. */
export function applyLook(theme: string): void {
  const root = document.documentElement;
  if (["light", "dark", "contrast"].includes(theme)) root.dataset.theme = theme;
  else delete root.dataset.theme;
}

/** Take over what the embedding page asked for. */
export function keepLook(config: Config): void {
  applyLook(config.theme);
  const style = document.documentElement.style;
  accent(style, "light", config.accent, LIGHT_SURFACE);
  accent(style, "dark", config.accentDark, DARK_SURFACE);
  if (/^\d{1,2}(px)?$/.test(config.radius)) style.setProperty("--radius", `${parseInt(config.radius)}px`);
}

function accent(style: CSSStyleDeclaration, name: string, colour: string, surface: string): void {
  if (contrast(colour, surface) < READABLE) return;
  style.setProperty(`--accent-${name}`, colour);
  style.setProperty(`--on-accent-${name}`, onColour(colour));
}
