// What wasm-opt does not do: makes a module smaller for the journey without changing what it does.
//
// Brotli finds what it has seen before, and finds it cheaply where it has just seen it. Rust writes the same function for many
// types, and the linker strews them: put side by side, they travel in a fifteenth less. wasm-opt sorts functions by name, and so
// gets names here that are their places.

const CUSTOM = 0;
const TYPE_OF_FUNCTIONS = 3;
const IMPORTS = 2;
const EXPORTS = 7;
const CODE = 10;

/** Of how many bytes a piece of a function is that is compared, and how many pieces of each are. */
const PIECE = 3;
const PIECES = 64;
/** How much another length weighs against pieces in common: those of one length are found again at the same distance. */
const LENGTH_WEIGHS = 8;
/** A piece that so many functions have says nothing about any. */
const COMMON = 3000;

const joined = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'number' ? number(part) : part)));

/** A number as WebAssembly writes it: seven bits a byte, the lowest first. */
function number(value) {
  const bytes = [];
  do {
    const rest = value >>> 7;
    bytes.push((value & 127) | (rest ? 128 : 0));
    value = rest;
  } while (value);
  return Buffer.from(bytes);
}

function text(value) {
  const bytes = Buffer.from(value);
  return joined(bytes.length, bytes);
}

/** Reads what `number` and `text` write. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get done() {
    return this.at >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return value >>> 0;
  }

  taken(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    return this.taken(this.number()).toString();
  }

  /** The bytes that `read` goes through. */
  through(read) {
    const start = this.at;
    read();
    return this.bytes.subarray(start, this.at);
  }

  /** What is read so many times as a number in front says. */
  list(read) {
    return Array.from({ length: this.number() }, () => read());
  }
}

function sectionsOf(module) {
  const reader = new Reader(module, 8);
  const sections = [];
  while (!reader.done) {
    const kind = reader.byte();
    sections.push({ kind, content: reader.taken(reader.number()) });
  }
  return sections;
}

const moduleOf = (sections) =>
  joined(Buffer.from('\0asm\x01\0\0\0', 'latin1'), ...sections.flatMap(({ kind, content }) => [Buffer.from([kind]), content.length, content]));

const section = (sections, kind) => new Reader(sections.find((one) => one.kind === kind).content);

/** What an import is, after its two names; of a function its type. */
function skipImported(reader) {
  const kind = reader.byte();
  if (kind > 3) throw new Error(`an import of the unknown kind ${kind}`);
  if (kind === 1 || kind === 3) reader.byte();
  if (kind === 3) reader.byte();
  if (kind === 1 || kind === 2) {
    const most = reader.byte() & 1;
    reader.number();
    if (most) reader.number();
  }
  if (kind === 0) reader.number();
  return kind;
}

/** The module with other names for what goes in and out, where `names` has one. */
export function renamed(module, names) {
  const name = (old) => text(names[old] ?? old);
  const sections = sectionsOf(module);
  const rewritten = (kind, write) => {
    const reader = section(sections, kind);
    const entries = reader.list(() => write(reader));
    sections.find((one) => one.kind === kind).content = joined(entries.length, ...entries);
  };
  rewritten(IMPORTS, (reader) => {
    const from = text(reader.text());
    return joined(from, name(reader.text()), reader.through(() => skipImported(reader)));
  });
  rewritten(EXPORTS, (reader) => {
    const exported = name(reader.text());
    return joined(
      exported,
      reader.through(() => {
        reader.byte();
        reader.number();
      }),
    );
  });
  return moduleOf(sections);
}

/** The module with a name for each function by which `wasm-opt --reorder-functions-by-name` puts those together that resemble each other. */
export function named(module) {
  const sections = sectionsOf(module).filter(({ kind }) => kind !== CUSTOM);
  const importReader = section(sections, IMPORTS);
  const imported = importReader.list(() => {
    importReader.text();
    importReader.text();
    return skipImported(importReader);
  });
  const ahead = imported.filter((kind) => kind === 0).length;
  const typeReader = section(sections, TYPE_OF_FUNCTIONS);
  const types = typeReader.list(() => typeReader.number());
  const codeReader = section(sections, CODE);
  let index = 0;
  const functions = codeReader.list(() => {
    const body = codeReader.taken(codeReader.number());
    return { index, type: types[index++], body, pieces: piecesOf(body) };
  });
  const places = [];
  side(functions).forEach((one, place) => (places[one.index] = place));
  const sortable = (letter, place) => text(letter + String(place).padStart(6, '0'));
  const entries = [
    ...Array.from({ length: ahead }, (_, i) => joined(i, sortable('a', i))),
    ...places.map((place, i) => joined(ahead + i, sortable('b', place))),
  ];
  const names = joined(entries.length, ...entries);
  const content = joined(text('name'), Buffer.from([1]), names.length, names);
  return moduleOf([...sections, { kind: CUSTOM, content }]);
}

/** Signs of what a function is made of: the more two have in common, the more of their pieces are the same. */
function piecesOf(body) {
  const least = new Uint32Array(PIECES).fill(0xffffffff);
  for (let start = 0; start + PIECE <= body.length; start++) {
    let hash = 2166136261;
    for (let i = start; i < start + PIECE; i++) hash = Math.imul(hash ^ body[i], 16777619);
    for (let i = 0; i < PIECES; i++) {
      let mixed = Math.imul(hash ^ Math.imul(i, 0x9e3779b1), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
      if (mixed < least[i]) least[i] = mixed;
    }
  }
  return least;
}

/** Functions in the order of their types, and of each type every one after the one that it resembles most. */
function side(functions) {
  const byLength = (a, b) => a.body.length - b.body.length || Buffer.compare(a.body, b.body) || a.index - b.index;
  const types = new Map();
  for (const one of functions) types.set(one.type, [...(types.get(one.type) ?? []), one]);
  return [...types.keys()].sort((a, b) => a - b).flatMap((type) => chain(types.get(type).sort(byLength)));
}

function chain(functions) {
  const left = new Set(functions);
  const having = Array.from({ length: PIECES }, () => new Map());
  for (const one of functions) {
    one.pieces.forEach((piece, i) => {
      if (!having[i].has(piece)) having[i].set(piece, new Set());
      having[i].get(piece).add(one);
    });
  }
  const inOrder = [];
  let next = functions[0];
  const shortest = functions[Symbol.iterator]();
  while (next) {
    left.delete(next);
    next.pieces.forEach((piece, i) => having[i].get(piece).delete(next));
    inOrder.push(next);
    next = mostAlike(next, having);
    while (!next && left.size) {
      const { value } = shortest.next();
      if (left.has(value)) next = value;
    }
  }
  return inOrder;
}

function mostAlike(one, having) {
  const common = new Map();
  one.pieces.forEach((piece, i) => {
    const others = having[i].get(piece);
    if (others.size < COMMON) for (const other of others) common.set(other, (common.get(other) ?? 0) + 1);
  });
  let [best, most] = [undefined, 0];
  const length = one.body.length;
  for (const [other, pieces] of common) {
    const unlike = Math.abs(other.body.length - length) / (other.body.length + length);
    const alike = pieces - LENGTH_WEIGHS * unlike;
    if (alike > most) [best, most] = [other, alike];
  }
  return best;
}
