// What a user's function may read of its first parameter, from its source text. Conservative: any use of the parameter
// that is not plainly `p.a.b` counts as reading everything there, and text that could hide a use (eval, arguments,
// escapes, defaults, nested patterns) as reading the whole record. So a mistake costs time, never a value.
import { FieldTree } from '#core/codegen/field-tree';

export interface FunctionAccess {
  readonly reads: FieldTree;
  /** The function is exactly `p => p.a.b`: its result is that part of the record. */
  readonly projects: readonly string[] | undefined;
  /** Parts of the record of which no strings need be made, and what the function reads beside them. */
  readonly copies?: FunctionCopies | undefined;
}

export interface FunctionCopies {
  /** Parts that become fields of the result as they are. */
  readonly fields: readonly { readonly from: readonly string[]; readonly to: string }[];
  readonly otherReads: FieldTree;
  /** Texts that the function takes as TextSlices, too. */
  readonly slices?: FieldTree;
}

const EVERYTHING: FunctionAccess = { reads: FieldTree.all(), projects: undefined };
const HIDING = /\b(?:arguments|eval|with|debugger)\b|\\u|\[native code\]/;
const NAMED_HEAD = /^(?:(?:function\b\s*)?\*?\s*#?[\w$]*\s*(?=\())?(?:\(\s*([A-Za-z_$][\w$]*)\s*(?:,\s*[A-Za-z_$][\w$]*\s*)*\)|([A-Za-z_$][\w$]*))\s*(=>|\{)/;
const PATTERN_HEAD = /^(?:function\b\s*)?\*?\s*#?[\w$]*\s*\(\s*\{([^{}[\]()=]*)\}\s*(?:,\s*[A-Za-z_$][\w$]*\s*)*\)\s*(?:=>|\{)/;
const PATTERN_FIELD = /^\s*([A-Za-z_$][\w$]*)\s*(?::\s*[A-Za-z_$][\w$]*\s*)?$/;
const NULL_COMPARISON = /^\s*[!=]==?\s*(?:null|undefined)(?![\w$])/;

const cache = new WeakMap<object, FunctionAccess>();

/** Cost: one pass over the function's text, once per function. */
export function accessOf(fn: unknown): FunctionAccess {
  if (typeof fn !== 'function') return EVERYTHING;
  let access = cache.get(fn);
  if (access === undefined) cache.set(fn, (access = analyze(Function.prototype.toString.call(fn))));
  return access;
}

/** For functions that the engine makes itself: `fn` reads exactly the value at `path`. Returns `fn`. */
export function declareProjection<F extends (value: any) => unknown>(fn: F, path: readonly string[]): F { // any: the record's type
  const reads = new FieldTree();
  reads.addAll(path);
  cache.set(fn, { reads, projects: path });
  return fn;
}

/** For functions that the engine makes itself: what `fn` reads of its record, and what of that it hands on without looking at it. Returns `fn`. */
export function declareReads<F extends (value: any) => unknown>(fn: F, reads: FieldTree, copies?: FunctionCopies): F { // any: the record's type
  cache.set(fn, { reads, projects: undefined, copies });
  return fn;
}

function analyze(source: string): FunctionAccess {
  const text = source.trim();
  if (HIDING.test(text)) return EVERYTHING;
  const pattern = PATTERN_HEAD.exec(text);
  if (pattern !== null) return analyzePattern(pattern[1]!);
  const named = NAMED_HEAD.exec(text);
  if (named === null) return EVERYTHING;
  const parameter = named[1] ?? named[2]!;
  if (named[2] !== undefined && named[3] !== '=>') return EVERYTHING;
  const body = text.slice(named[0].length);
  const reads = new FieldTree();
  for (const use of usesOf(parameter, body)) {
    if (use === undefined) return EVERYTHING;
    if (use.isPresenceOnly) reads.at(use.path);
    else reads.addAll(use.path);
  }
  return { reads, projects: named[3] === '=>' ? projectionOf(parameter, body) : undefined };
}

/** `({ a, b: c }) => …`: exactly those fields; the record itself has no name. */
function analyzePattern(fields: string): FunctionAccess {
  const reads = new FieldTree();
  for (const field of fields.split(',')) {
    if (field.trim() === '') continue;
    const name = PATTERN_FIELD.exec(field)?.[1];
    if (name === undefined) return EVERYTHING;
    reads.addAll([name]);
  }
  return { reads, projects: undefined };
}

interface Use {
  readonly path: readonly string[];
  readonly isPresenceOnly: boolean;
}

/** Every place where the name stands, also in strings and comments (harmless); undefined = the whole record may be read there. */
function* usesOf(parameter: string, body: string): Generator<Use | undefined> {
  const name = new RegExp(`(?<![\\w$])${parameter.replaceAll('$', '\\$')}(?![\\w$])`, 'g');
  for (const match of body.matchAll(name)) {
    const before = body.slice(0, match.index).trimEnd();
    if (before.endsWith('.') && !before.endsWith('...')) continue;
    yield before.endsWith('...') ? undefined : useAt(body.slice(match.index + parameter.length));
  }
}

function useAt(rest: string): Use | undefined {
  const path: string[] = [];
  let at = 0;
  for (;;) {
    const step = /^\s*\??\.\s*([A-Za-z_$][\w$]*)/.exec(rest.slice(at));
    if (step === null) break;
    path.push(step[1]!);
    at += step[0].length;
  }
  // A method's receiver is handed to the method whole.
  if (/^\s*(?:\?\.)?\s*[(`]/.test(rest.slice(at))) path.pop();
  if (path.length === 0) return undefined;
  return { path, isPresenceOnly: NULL_COMPARISON.test(rest.slice(at)) };
}

function projectionOf(parameter: string, body: string): readonly string[] | undefined {
  const match = /^\s*([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*)+)\s*$/.exec(body);
  return match !== null && match[1] === parameter ? match[2]!.slice(1).split('.') : undefined;
}
