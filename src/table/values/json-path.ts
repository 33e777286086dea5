// JSON paths as JSON_VALUE and its siblings take them: `$.a.b[0]`, `$['a']`, `$..a`, `$.a[*]`, `$.a[1:3]`, `$.a[?(@.b > 1)]`,
// with `lax` or `strict` before them; strict is meant where neither is written.
import { FunctionError } from '#table/errors';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '#table/values/json-node';

type Step =
  | { readonly kind: 'member'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'descendants' }
  | { readonly kind: 'filter'; readonly test: (node: JsonNode) => boolean };

export interface JsonPath {
  readonly isLax: boolean;
  readonly steps: readonly Step[];
  /** Leads to one place at most; else the result is the array of all places. */
  readonly isDefinite: boolean;
}

const paths = new Map<string, JsonPath>();
const PATHS_MAX = 1000;

/** The compiled path, kept. Throws FunctionError for one that is none. */
export function jsonPath(text: string): JsonPath {
  let path = paths.get(text);
  if (path === undefined) {
    path = compile(text);
    if (paths.size >= PATHS_MAX) paths.clear();
    paths.set(text, path);
  }
  return path;
}

function compile(text: string): JsonPath {
  const match = /^\s*(?:(strict|lax)\s+)?(\$[^]*)$/i.exec(text);
  if (match === null) throw new FunctionError(`Illegal jsonpath spec '${text}': it should be of the form '[lax|strict] $…'`);
  const steps = new PathReader(match[2]!.trim(), text).read();
  const isDefinite = steps.every((step) => (step.kind === 'member' && step.names.length === 1) || (step.kind === 'index' && step.indexes.length === 1));
  return { isLax: match[1]?.toLowerCase() === 'lax', steps, isDefinite };
}

const NAME = /^[^.[\]()?*\s'"@$]+/;
const FILTER = /^@((?:\.[A-Za-z_][\w-]*|\['[^']*'\])*)\s*(?:(==|!=|<=|>=|<|>)\s*('[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|true|false|null))?$/;

class PathReader {
  #rest: string;
  readonly #whole: string;

  constructor(path: string, whole: string) {
    this.#rest = path.slice(1);
    this.#whole = whole;
  }

  read(): Step[] {
    const steps: Step[] = [];
    while (this.#rest !== '') {
      if (this.#rest.startsWith('..')) {
        this.#rest = this.#rest.slice(2);
        steps.push({ kind: 'descendants' });
        if (!this.#rest.startsWith('[')) steps.push(this.#name());
      } else if (this.#rest.startsWith('.')) {
        this.#rest = this.#rest.slice(1);
        steps.push(this.#name());
      } else if (this.#rest.startsWith('[')) steps.push(this.#bracket());
      else this.#fail();
    }
    return steps;
  }

  #fail(): never {
    throw new FunctionError(`Invalid jsonpath '${this.#whole}' at '${this.#rest}'`);
  }

  #name(): Step {
    if (this.#rest.startsWith('*')) {
      this.#rest = this.#rest.slice(1);
      return { kind: 'all' };
    }
    const name = NAME.exec(this.#rest)?.[0] ?? this.#fail();
    this.#rest = this.#rest.slice(name.length);
    return { kind: 'member', names: [name] };
  }

  #bracket(): Step {
    const body = this.#take();
    if (body === '*') return { kind: 'all' };
    if (/^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*$/.test(body)) {
      return { kind: 'member', names: [...body.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((name) => (name[1] ?? name[2]!).replaceAll(/\\(.)/g, '$1')) };
    }
    if (/^-?\d+(?:\s*,\s*-?\d+)*$/.test(body)) return { kind: 'index', indexes: body.split(',').map(Number) };
    const slice = /^(-?\d+)?\s*:\s*(-?\d+)?$/.exec(body);
    if (slice !== null) return { kind: 'slice', from: slice[1] === undefined ? undefined : Number(slice[1]), to: slice[2] === undefined ? undefined : Number(slice[2]) };
    const filter = /^\?\s*\(([^]*)\)$/.exec(body);
    return filter === null ? this.#fail() : { kind: 'filter', test: this.#filter(filter[1]!.trim()) };
  }

  /** The text within the bracket at the beginning; texts in quotes may hold brackets. */
  #take(): string {
    let depth = 0;
    let quote = '';
    for (let at = 0; at < this.#rest.length; at += 1) {
      const char = this.#rest[at]!;
      if (quote !== '') {
        if (char === quote) quote = '';
      } else if (char === "'" || char === '"') quote = char;
      else if (char === '[') depth += 1;
      else if (char === ']') {
        depth -= 1;
        if (depth > 0) continue;
        const body = this.#rest.slice(1, at).trim();
        this.#rest = this.#rest.slice(at + 1);
        return body;
      }
    }
    return this.#fail();
  }

  #filter(text: string): (node: JsonNode) => boolean {
    const parts = text.split(/\s*&&\s*/);
    if (parts.length > 1) {
      const tests = parts.map((part) => this.#filter(part));
      return (node) => tests.every((test) => test(node));
    }
    const match = FILTER.exec(text) ?? this.#fail();
    const names = [...match[1]!.matchAll(/\.([A-Za-z_][\w-]*)|\['([^']*)'\]/g)].map((name) => name[1] ?? name[2]!);
    const valueOf = (node: JsonNode): JsonNode | undefined => {
      let current: JsonNode | undefined = node;
      for (const name of names) current = current !== undefined && isJsonObject(current) ? current.get(name) : undefined;
      return current;
    };
    const operator = match[2];
    if (operator === undefined) return (node) => valueOf(node) !== undefined;
    const wanted = literalOf(match[3]!);
    return (node) => {
      const value = valueOf(node);
      return value !== undefined && compare(operator, value, wanted);
    };
  }
}

const literalOf = (text: string): string | number | boolean | null => (/^['"]/.test(text) ? text.slice(1, -1) : text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : Number(text));

function compare(operator: string, node: JsonNode, wanted: string | number | boolean | null): boolean {
  const value = node instanceof JsonNumber ? Number(node.text) : node;
  if (operator === '==') return value === wanted;
  if (operator === '!=') return value !== wanted;
  if (typeof value !== typeof wanted || (typeof value !== 'number' && typeof value !== 'string')) return false;
  const [a, b] = [value, wanted as typeof value];
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
}

/** The node or nodes of the path; undefined where a definite part of it leads nowhere. */
export function findByPath(path: JsonPath, root: JsonNode): JsonNode | undefined {
  let found: readonly JsonNode[] = [root];
  let isDefinite = true;
  for (const step of path.steps) {
    const next: JsonNode[] = [];
    for (const node of found) next.push(...stepsOf(step, node));
    const isPlain = (step.kind === 'member' && step.names.length === 1) || (step.kind === 'index' && step.indexes.length === 1);
    if (isDefinite && next.length === 0 && (isPlain || (step.kind !== 'descendants' && !found.some((node) => isJsonArray(node) || isJsonObject(node))))) return undefined;
    isDefinite &&= isPlain;
    found = next;
  }
  return path.isDefinite ? found[0] : found;
}

function stepsOf(step: Step, node: JsonNode): readonly JsonNode[] {
  switch (step.kind) {
    case 'member': return isJsonObject(node) ? step.names.filter((name) => node.has(name)).map((name) => node.get(name)!) : [];
    case 'index': return isJsonArray(node) ? step.indexes.map((index) => node[index < 0 ? node.length + index : index]).filter((element) => element !== undefined) : [];
    case 'slice': return isJsonArray(node) ? node.slice(step.from, step.to) : [];
    case 'all': return childrenOf(node);
    case 'filter': return (isJsonArray(node) ? node : isJsonObject(node) ? [node] : []).filter(step.test);
    case 'descendants': return [node, ...childrenOf(node).flatMap((child) => stepsOf(step, child))];
  }
}

const childrenOf = (node: JsonNode): readonly JsonNode[] => (isJsonArray(node) ? node : isJsonObject(node) ? [...node.values()] : []);
