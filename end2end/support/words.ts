// The texts of Diwan, read from its own Fluent files, so that no journey repeats a sentence.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export type Language = 'en' | 'ar';
export type Digits = 'latn' | 'arab';
type Args = Record<string, string | number>;

const root = path.join(import.meta.dirname, '..', '..');
const messages: Record<Language, Map<string, string>> = { en: read('en'), ar: read('ar') };

function read(language: Language): Map<string, string> {
  const folder = path.join(root, 'locales', language);
  const found = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    let id = '';
    for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n')) {
      const start = /^([a-zA-Z][\w-]*) =\s?(.*)$/.exec(line);
      if (start) found.set((id = start[1]), start[2]);
      else if (/^[\s}]/.test(line) && id) found.set(id, `${found.get(id)}\n${line}`);
      else id = '';
    }
  }
  return found;
}

/** A message as a reader of this language sees it, without isolation marks. */
export function t(language: Language, id: string, args: Args = {}, digits: Digits = 'latn'): string {
  const pattern = messages[language].get(id);
  if (pattern === undefined) throw new Error(`locales/${language} has no message ${id}`);
  return resolve(pattern);

  function resolve(text: string): string {
    let out = '';
    for (let at = 0; at < text.length; at++) {
      if (text[at] !== '{') {
        out += text[at];
        continue;
      }
      let end = at;
      for (let depth = 0; end < text.length; end++) {
        depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
        if (depth === 0) break;
      }
      out += placed(text.slice(at + 1, end).trim());
      at = end;
    }
    return out.trim();
  }

  function placed(inner: string): string {
    const choice = /^\$(\w+)\s*->([\s\S]*)$/.exec(inner);
    if (choice) return resolve(variant(Number(args[choice[1]]), choice[2]));
    if (/^\d+$/.test(inner)) return figure(Number(inner), digits, 0);
    if (!inner.startsWith('$')) return t(language, inner, args, digits);
    const value = args[inner.slice(1)];
    if (value === undefined) throw new Error(`${id} wants ${inner}`);
    return typeof value === 'number' ? figure(value, digits, 0) : value;
  }

  function variant(count: number, text: string): string {
    const variants = [...text.matchAll(/^\s*(\*?)\[(\w+)\]\s(.*)$/gm)].map(([, rest, key, value]) => ({ rest, key, value }));
    const keys = [String(count), new Intl.PluralRules(language).select(count)];
    const chosen = keys.flatMap((key) => variants.filter((v) => v.key === key)).at(0) ?? variants.find((v) => v.rest);
    return chosen?.value ?? '';
  }
}

/** A figure as Diwan shows it. */
export function figure(value: number, digits: Digits = 'latn', decimals = 2): string {
  const format = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(digits === 'arab' ? 'ar-u-nu-arab' : 'en', format).format(value);
}

/** Text without the marks that isolate one direction within another. */
export const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();

/** What the Saudi chart of accounts calls an account. */
export function account(code: string): Record<Language, string> {
  const chart = readFileSync(path.join(root, 'src/modules/finance/templates/accounts_sa.csv'), 'utf8');
  const row = chart.split('\n').find((line) => line.startsWith(`${code},`));
  if (!row) throw new Error(`no account ${code}`);
  const [, , , , en, ar] = row.trim().split(',');
  return { en, ar };
}
