/** The words of the page: English is built in, another language is one small file of our own server. */
import type all from "./strings.json";

export type Strings = (typeof all)["chat"]["en"];
export type Key = keyof Strings;
type Languages = (typeof all)["languages"];

declare const STRINGS_EN: Strings;
declare const LANGUAGES: Languages;

let current: Strings = STRINGS_EN;

/** The sentence for a key, with `{name}` places filled. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return current[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The sentence for a name that came from the server, or undefined where we have none for it. */
export function tMaybe(name: string | null | undefined): string | undefined {
  return name && Object.hasOwn(current, name) ? current[name as Key] : undefined;
}

/** The language we have that fits a wish such as "es-MX" (English where there is none). */
export function pickLanguage(wish: string | null | undefined): keyof Languages {
  const short = (wish ?? "").toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(LANGUAGES, short) ? (short as keyof Languages) : "en";
}

/** Load a language and set `lang` and `dir` of the page; a file that can't be had leaves English. */
export async function useLanguage(wish: string | null | undefined): Promise<void> {
  let language = pickLanguage(wish);
  if (language !== "en") {
    try {
      const answer = await fetch(`static/strings.${language}.json`, {
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      current = { ...STRINGS_EN, ...((await answer.json()) as Partial<Strings>) };
    } catch {
      language = "en";
    }
  }
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES[language].dir;
}
