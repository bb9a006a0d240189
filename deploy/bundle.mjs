// Turns the compiled browser side, the style sheets and public/ into the folder that the server serves.
//
//   node bundle.mjs build --wasm FILE --root CHECKOUT --out DIR --tools DIR --cache DIR
//   node bundle.mjs sizes --out DIR [--limit KB]
//
// `build` writes DIR/site and DIR/hash.txt (which the server reads next to its executable) and DIR/sizes.json.
// `sizes` prints what a first visit downloads and fails when a language needs more than the limit.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import zlib from 'node:zlib';
import { named, renamed } from './arrange.mjs';

const NAME = 'diwan';
const BROWSERS = { chrome: '120', edge: '120', firefox: '121', safari: '16.4' };
// What rustc turns on for wasm32-unknown-unknown, and nothing that a browser above lacks.
const WASM_FEATURES = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
].map((feature) => `--enable-${feature}`);
// What is short is not always what compresses well. A function that is called once is not put into its caller: that saves 4 % of
// the file, and costs 8 % of what travels, because functions that resemble each other compress well and one long one does not.
// Nor are zeros cut out of the data, whose pieces then begin with addresses that nothing foretells, nor is the same small
// calculation done only once, which takes a variable that others of its kind have not.
const WASM_OPT = [
  '-Oz',
  '--one-caller-inline-max-function-size=0',
  '--skip-pass=memory-packing',
  '--skip-pass=local-cse',
];
const WASM_STRIP = ['--strip-debug', '--strip-producers', '--strip-target-features'];
// What wasm-bindgen names between the two sides, mostly with a hash: both are given short names for it.
const BETWEEN = /^(__wb|__externref_|wasm_bindgen__|intounderlying)/;
const COMPRESSIBLE = /\.(css|ftl|html|ico|js|json|map|mjs|otf|svg|ttf|txt|wasm|webmanifest|xml)$/;
const MIN_COMPRESSED_BYTES = 512;

const hash = (...parts) => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest('hex');
const short = (bytes) => hash(bytes).slice(0, 16);
const filesBelow = (folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();

/** The result of `make` (a folder), made once for each key. */
async function once(cache, key, make) {
  const folder = path.join(cache, key);
  if (!fs.existsSync(folder)) {
    const unfinished = fs.mkdtempSync(path.join(cache, '.new-'));
    await make(unfinished);
    if (fs.existsSync(folder)) fs.rmSync(unfinished, { recursive: true });
    else fs.renameSync(unfinished, folder);
  }
  const now = new Date();
  fs.utimesSync(folder, now, now);
  return folder;
}

/** wasm-bindgen, esbuild and wasm-opt: one .wasm and one minified ES module that keeps its exports. */
async function browserSide(wasm, tools, cache, require) {
  const bindgen = path.join(tools, 'bin', 'wasm-bindgen');
  const optimise = path.join(tools, 'npm', 'node_modules', '.bin', 'wasm-opt');
  const versions = [bindgen, optimise].map((tool) => execFileSync(tool, ['--version']));
  const ours = ['bundle.mjs', 'arrange.mjs'].map((file) => fs.readFileSync(new URL(file, import.meta.url)));
  const key = hash(fs.readFileSync(wasm), ...versions, ...ours);
  return once(cache, `wasm-${key}`, async (folder) => {
    const raw = path.join(folder, 'raw');
    const args = ['--target', 'web', '--no-typescript', '--out-name', NAME, '--out-dir', raw, wasm];
    execFileSync(bindgen, args, { stdio: 'inherit' });
    const { mangleCache } = await require('esbuild').build({
      entryPoints: [path.join(raw, `${NAME}.js`)],
      outfile: path.join(folder, `${NAME}.js`),
      bundle: true,
      minify: true,
      mangleProps: BETWEEN,
      mangleCache: {},
      format: 'esm',
      legalComments: 'none',
      logLevel: 'warning',
      target: Object.entries(BROWSERS).map(([browser, version]) => browser + version),
    });
    const optimised = (from, to, ...flags) => {
      const files = [path.join(raw, from), '-o', path.join(folder, to)];
      execFileSync(optimise, [...files, ...flags, ...WASM_FEATURES, ...WASM_STRIP], { stdio: 'inherit' });
    };
    // By these a program hands streams on to JavaScript; wasm-bindgen brings them whether it does or not.
    const glue = fs.readFileSync(path.join(raw, `${NAME}.js`), 'utf8');
    const unused = /IntoUnderlying\w*\.__wrap\(/.test(glue) ? [] : ['--remove-exports=*intounderlying*'];
    optimised(`${NAME}_bg.wasm`, path.join('raw', 'small.wasm'), ...unused, ...WASM_OPT);
    const small = fs.readFileSync(path.join(raw, 'small.wasm'));
    fs.writeFileSync(path.join(raw, 'named.wasm'), named(renamed(small, mangleCache)));
    optimised('named.wasm', `${NAME}.wasm`, '--reorder-functions-by-name');
    fs.rmSync(raw, { recursive: true });
  });
}

function styleSheet(root, require) {
  const { bundle } = require('lightningcss');
  const packed = ([major, minor = '0']) => (Number(major) << 16) | (Number(minor) << 8);
  const targets = Object.fromEntries(Object.entries(BROWSERS).map(([name, version]) => [name, packed(version.split('.'))]));
  const { code, warnings } = bundle({ filename: path.join(root, 'style', 'main.css'), minify: true, targets });
  for (const { message, loc } of warnings) console.warn(`style: ${loc?.filename ?? ''}:${loc?.line ?? ''} ${message}`);
  return code;
}

/** Writes the .br and .gz siblings of every file that gains by it, from the cache where the content was seen before. */
async function compressAll(site, cache) {
  const brotli = promisify(zlib.brotliCompress);
  const gzip = promisify(zlib.gzip);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  const compressOne = async (file) => {
    const content = fs.readFileSync(file);
    if (content.length < MIN_COMPRESSED_BYTES) return;
    const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: content.length };
    const made = await once(cache, `packed-${hash(content)}`, async (folder) => {
      fs.writeFileSync(path.join(folder, 'br'), await brotli(content, { params }));
      fs.writeFileSync(path.join(folder, 'gz'), await gzip(content, { level: 9 }));
    });
    for (const kind of ['br', 'gz']) {
      const packed = path.join(made, kind);
      if (fs.statSync(packed).size < content.length) fs.copyFileSync(packed, `${file}.${kind}`);
    }
  };
  await Promise.all(filesBelow(site).filter((file) => COMPRESSIBLE.test(file)).map(compressOne));
}

/** Whether a CSS unicode-range covers a character; no range covers everything. */
function covers(range, character) {
  if (!range) return true;
  const code = character.codePointAt(0);
  return range.split(',').some((part) => {
    const [from, to] = part.trim().replace(/^u\+/i, '').split('-');
    const low = parseInt(from.replaceAll('?', '0'), 16);
    const high = parseInt((to ?? from).replaceAll('?', 'f'), 16);
    return low <= code && code <= high;
  });
}

/**
 * The web fonts that a first page can need: an English page those with Latin letters, an Arabic page those and the ones
 * with Arabic letters. A font without a unicode-range tells its script by its name.
 */
function fontsOf(css, site) {
  const fonts = { en: new Set(), ar: new Set() };
  for (const [, face] of css.matchAll(/@font-face\s*\{([^}]*)\}/g)) {
    const url = face.match(/url\(\s*["']?([^"')]+\.woff2)/)?.[1];
    if (!url || url.startsWith('data:')) continue;
    const range = face.match(/unicode-range:\s*([^;]+)/)?.[1];
    const named = (face + url).match(/arabic|hebrew/i)?.[0].toLowerCase();
    const script = range ? undefined : (named ?? 'latin');
    const latin = named !== 'arabic' && (script ? script === 'latin' : covers(range, 'a'));
    const arabic = script ? script === 'arabic' : covers(range, 'ع') || (named === 'arabic' && covers(range, 'a'));
    const file = path.join(site, url.startsWith('/') ? url : path.join('pkg', url));
    if (!fs.existsSync(file)) throw new Error(`style: the font ${url} is not in public/`);
    if (latin) fonts.en.add(file);
    if (latin || arabic) fonts.ar.add(file);
  }
  return fonts;
}

async function build({ wasm, root, out, tools, cache }) {
  fs.mkdirSync(cache, { recursive: true });
  const require = createRequire(path.join(path.resolve(tools), 'npm', 'package.json'));
  const site = path.join(out, 'site');
  fs.mkdirSync(path.join(site, 'pkg'), { recursive: true });
  const assets = path.join(root, 'public');
  if (fs.existsSync(assets)) fs.cpSync(assets, site, { recursive: true, dereference: true });

  const made = await browserSide(wasm, tools, cache, require);
  const contents = {
    js: fs.readFileSync(path.join(made, `${NAME}.js`)),
    wasm: fs.readFileSync(path.join(made, `${NAME}.wasm`)),
    css: styleSheet(root, require),
  };
  const served = {};
  for (const [kind, content] of Object.entries(contents)) {
    served[kind] = path.join(site, 'pkg', `${NAME}.${short(content)}.${kind}`);
    fs.writeFileSync(served[kind], content);
  }
  const hashes = Object.entries(contents).map(([kind, content]) => `${kind}: ${short(content)}\n`);
  fs.writeFileSync(path.join(out, 'hash.txt'), hashes.join(''));
  await compressAll(site, cache);

  const size = (file) => fs.statSync(fs.existsSync(`${file}.br`) ? `${file}.br` : file).size;
  const fonts = fontsOf(contents.css.toString(), site);
  const sizes = Object.fromEntries(Object.entries(served).map(([kind, file]) => [kind, size(file)]));
  sizes.fonts = Object.fromEntries(Object.entries(fonts).map(([language, files]) => [language, [...files].map(size).reduce((a, b) => a + b, 0)]));
  fs.writeFileSync(path.join(out, 'sizes.json'), JSON.stringify(sizes));
}

function sizes({ out, limit }) {
  const { wasm, js, css, fonts } = JSON.parse(fs.readFileSync(path.join(out, 'sizes.json')));
  const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(8);
  const row = (title, en, ar) => console.log(`  ${title.padEnd(24)}${kb(en)}${kb(ar)}`);
  const total = { en: wasm + js + css + fonts.en, ar: wasm + js + css + fonts.ar };
  console.log(`  ${'first visit, brotli, kB'.padEnd(24)}${'English'.padStart(8)}${'Arabic'.padStart(8)}`);
  row('WebAssembly', wasm, wasm);
  row('JavaScript', js, js);
  row('style', css, css);
  row('fonts', fonts.en, fonts.ar);
  row('total', total.en, total.ar);
  if (limit && Math.max(total.en, total.ar) > Number(limit) * 1000) {
    console.error(`A first visit may download ${limit} kB at most.`);
    process.exit(1);
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(['wasm', 'root', 'out', 'tools', 'cache', 'limit'].map((name) => [name, { type: 'string' }])),
});
const command = { build, sizes }[positionals[0]];
if (!command) throw new Error('usage: node bundle.mjs build|sizes …, see the top of this file');
await command(values);
