/** Contrast as WCAG 2.2 defines it, for colours that a site hands in. */

function channel(value: number): number {
  const s = value / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
}

/** Relative luminance of "#rrggbb", or null for anything else. */
export function luminance(hex: string): number | null {
  if (!/^#[\da-f]{6}$/i.test(hex)) return null;
  const n = parseInt(hex.slice(1), 16);
  return 0.2126 * channel(n >> 16) + 0.7152 * channel((n >> 8) & 255) + 0.0722 * channel(n & 255);
}

/** Contrast ratio of two "#rrggbb" colours (1 to 21), 0 if one of them is no such colour. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  if (x === null || y === null) return 0;
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Black or white: whichever reads better on the colour. */
export function onColour(hex: string): string {
  return contrast(hex, "#ffffff") >= contrast(hex, "#101414") ? "#ffffff" : "#101414";
}
