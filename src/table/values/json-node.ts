// JSON texts as trees that keep what JSON.parse loses: how a number was written, and that a key came twice.

/** A number with its text. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonNode = null | boolean | string | JsonNumber | readonly JsonNode[] | ReadonlyMap<string, JsonNode>;

/** Why a text is no JSON. */
export class JsonSyntax {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

const DEPTH_MAX = 1000;

export interface JsonParseOptions {
  /** A key that comes twice is an error; else the last one stands. */
  readonly areDuplicatesRefused?: boolean;
}

/** The tree, or why there is none. The whole text must be one JSON value. */
export function parseJson(text: string, options: JsonParseOptions = {}): JsonNode | JsonSyntax {
  const parser = new JsonParser(text, options.areDuplicatesRefused === true);
  try {
    return parser.parse();
  } catch (failure) {
    if (failure instanceof JsonSyntax) return failure;
    throw failure;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN = /(?:[^"\\\p{Cc}]|[\u007f-\u009f])*/uy;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class JsonParser {
  readonly #text: string;
  readonly #areDuplicatesRefused: boolean;
  #at = 0;

  constructor(text: string, areDuplicatesRefused: boolean) {
    this.#text = text;
    this.#areDuplicatesRefused = areDuplicatesRefused;
  }

  parse(): JsonNode {
    const node = this.#value(0);
    this.#blanks();
    if (this.#at < this.#text.length) throw new JsonSyntax(`Unexpected character '${this.#text[this.#at]}' at ${this.#at}`);
    return node;
  }

  #blanks(): void {
    while (this.#at < this.#text.length && ' \t\n\r'.includes(this.#text[this.#at]!)) this.#at += 1;
  }

  #value(depth: number): JsonNode {
    if (depth > DEPTH_MAX) throw new JsonSyntax(`Document nesting depth exceeds the maximum of ${DEPTH_MAX}`);
    this.#blanks();
    const char = this.#text[this.#at];
    switch (char) {
      case undefined: throw new JsonSyntax('Unexpected end-of-input');
      case '{': return this.#object(depth);
      case '[': return this.#array(depth);
      case '"': return this.#string();
      case 't': return this.#word('true', true);
      case 'f': return this.#word('false', false);
      case 'n': return this.#word('null', null);
      default: return this.#number(char);
    }
  }

  #word<T extends JsonNode>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at) || /[A-Za-z0-9_$]/.test(this.#text[this.#at + word.length] ?? ' ')) throw new JsonSyntax(`Unrecognized token '${this.#text.slice(this.#at, this.#at + 20)}'`);
    this.#at += word.length;
    return value;
  }

  #number(char: string): JsonNumber {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null || /[\w.]/.test(this.#text[this.#at + match[0].length] ?? ' ')) throw new JsonSyntax(`Unexpected character '${char}' at ${this.#at}`);
    this.#at += match[0].length;
    return new JsonNumber(match[0]);
  }

  #string(): string {
    let result = '';
    this.#at += 1;
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)![0];
      result += plain;
      this.#at += plain.length;
      const char = this.#text[this.#at];
      if (char === '"') {
        this.#at += 1;
        return result;
      }
      if (char !== '\\') throw new JsonSyntax(char === undefined ? 'Unexpected end-of-input in VALUE_STRING' : `Illegal unquoted character at ${this.#at}`);
      result += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new JsonSyntax(`Unexpected character in an escape at ${this.#at}`);
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const escaped = ESCAPES[letter];
    if (escaped === undefined) throw new JsonSyntax(`Unrecognized character escape '${letter}' at ${this.#at}`);
    this.#at += 2;
    return escaped;
  }

  #array(depth: number): readonly JsonNode[] {
    const elements: JsonNode[] = [];
    this.#at += 1;
    this.#blanks();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return elements;
    }
    for (;;) {
      elements.push(this.#value(depth + 1));
      if (this.#separator(']')) return elements;
    }
  }

  #object(depth: number): ReadonlyMap<string, JsonNode> {
    const entries = new Map<string, JsonNode>();
    this.#at += 1;
    this.#blanks();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return entries;
    }
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"') throw new JsonSyntax(this.#at >= this.#text.length ? 'Unexpected end-of-input: expected close marker for Object' : `A key was expected at ${this.#at}`);
      const key = this.#string();
      this.#blanks();
      if (this.#text[this.#at] !== ':') throw new JsonSyntax(`A colon was expected at ${this.#at}`);
      this.#at += 1;
      const value = this.#value(depth + 1);
      if (this.#areDuplicatesRefused && entries.has(key)) throw new JsonSyntax(`VARIANT_DUPLICATE_KEY: the key '${key}' comes twice`);
      entries.set(key, value);
      if (this.#separator('}')) return entries;
    }
  }

  /** True behind the end; false behind a comma. */
  #separator(end: string): boolean {
    this.#blanks();
    const char = this.#text[this.#at];
    this.#at += 1;
    if (char === end) return true;
    if (char !== ',') throw new JsonSyntax(char === undefined ? 'Unexpected end-of-input' : `Unexpected character '${char}' at ${this.#at - 1}`);
    return false;
  }
}

/** Compact text. `isSorted`: keys in ascending order. */
export function jsonText(node: JsonNode, { isSorted = false }: { readonly isSorted?: boolean } = {}): string {
  if (node === null) return 'null';
  if (typeof node === 'string') return JSON.stringify(node);
  if (typeof node === 'boolean') return String(node);
  if (node instanceof JsonNumber) return node.text;
  if (node instanceof Map) {
    const entries = [...node] as [string, JsonNode][];
    if (isSorted) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value, { isSorted })}`).join(',')}}`;
  }
  return `[${(node as readonly JsonNode[]).map((element) => jsonText(element, { isSorted })).join(',')}]`;
}

export const isJsonArray = (node: JsonNode): node is readonly JsonNode[] => Array.isArray(node);
export const isJsonObject = (node: JsonNode): node is ReadonlyMap<string, JsonNode> => node instanceof Map;
