// How a value written with one type is read as another: what changes, and the conversion, or what stands against it.
// Invariant: the values of a type that "changes" to itself are kept as they are. Pure; called when state is restored or
// a snapshot is checked, never per record but for the conversion, which runs once per restored value.
import { decodeDefault } from '#core/types/field-default';
import { formatType, type RowField, type TypeInformation } from '#core/types/type-information';
import { wideningOf, type Conversion } from '#core/types/type-widenings';

export interface TypeChange {
  /** `a.b[2]`; empty for the value itself. */
  readonly path: string;
  /** In one line, undefined where the field was not there, or is not there any more. */
  readonly written: string | undefined;
  readonly declared: string | undefined;
}

export interface TypeEvolution {
  /** Undefined when values stay as they are. */
  readonly convert: Conversion | undefined;
  /** In the order of the declared type; empty = the types are the same, but for defaults. */
  readonly changes: readonly TypeChange[];
  /** Changes that cannot be made; when there are any, there is no conversion. */
  readonly refusals: readonly TypeChange[];
}

const SAME: TypeEvolution = { convert: undefined, changes: [], refusals: [] };

export function evolveType(written: TypeInformation, declared: TypeInformation, path = ''): TypeEvolution {
  const change = { path, written: formatType(written), declared: formatType(declared) };
  if (declared.kind === 'nullable') return intoNullable(written, declared.inner, path);
  if (written.kind === 'row' && declared.kind === 'row') return evolveRow(written, declared, change);
  if (written.kind === 'tuple' && declared.kind === 'tuple' && written.elements.length === declared.elements.length) {
    return evolveTuple(written.elements, declared.elements, path);
  }
  if (written.kind === 'list' && declared.kind === 'list') {
    const element = evolveType(written.element, declared.element, `${path}[]`);
    return { ...element, convert: mapped(element.convert) };
  }
  // Keys never change: two of them could become one.
  if (written.kind === 'map' && declared.kind === 'map' && sameType(written.key, declared.key)) {
    const value = evolveType(written.value, declared.value, `${path}{}`);
    const { convert } = value;
    return { ...value, convert: convert === undefined ? undefined : (map: Map<unknown, unknown>) => new Map([...map].map(([key, entry]) => [key, convert(entry)])) };
  }
  if (JSON.stringify(written) === JSON.stringify(declared)) return SAME;
  const convert = wideningOf(written, declared);
  return convert === undefined ? { convert, changes: [], refusals: [change] } : { convert, changes: [change], refusals: [] };
}

/** Whether the bytes and values of both are the same: they may differ in defaults. */
export function sameType(a: TypeInformation, b: TypeInformation): boolean {
  const { changes, refusals } = evolveType(a, b);
  return changes.length + refusals.length === 0;
}

/** `field clicks was INT, is STRING`, for messages. */
export function formatChange({ path, written, declared }: TypeChange): string {
  const subject = path === '' ? 'it' : `field ${path}`;
  if (written === undefined) return `${subject} is new, ${declared}`;
  return declared === undefined ? `${subject} was ${written}, is gone` : `${subject} was ${written}, is ${declared}`;
}

function intoNullable(written: TypeInformation, inner: TypeInformation, path: string): TypeEvolution {
  const evolution = evolveType(written.kind === 'nullable' ? written.inner : written, inner, path);
  const { convert, changes, refusals } = evolution;
  if (written.kind === 'nullable') return { ...evolution, convert: convert === undefined ? undefined : (value: unknown) => (value === null ? null : convert(value)) };
  const change = { path, written: formatType(written), declared: formatType({ kind: 'nullable', inner }) };
  return { convert: convert ?? keep, changes: [change, ...changes.filter((other) => other.path !== path)], refusals };
}

function keep(value: unknown): unknown {
  return value;
}

function mapped(convert: Conversion | undefined): Conversion | undefined {
  return convert === undefined ? undefined : (values: unknown[]) => values.map(convert);
}

function evolveTuple(written: readonly TypeInformation[], declared: readonly TypeInformation[], path: string): TypeEvolution {
  const elements = declared.map((element, i) => evolveType(written[i]!, element, `${path}[${i}]`));
  const changes = elements.flatMap((element) => element.changes);
  const convert: Conversion | undefined = changes.length === 0 ? undefined : (values: unknown[]) => elements.map((element, i) => element.convert === undefined ? values[i] : element.convert(values[i]));
  return { convert, changes, refusals: elements.flatMap((element) => element.refusals) };
}

type Row = Extract<TypeInformation, { readonly kind: 'row' }>;

function evolveRow(written: Row, declared: Row, change: TypeChange): TypeEvolution {
  const isInferred = written.inferred !== undefined || declared.inferred !== undefined;
  if (isInferred) return JSON.stringify(written) === JSON.stringify(declared) ? SAME : { convert: undefined, changes: [], refusals: [change] };
  const pathOf = ({ name }: RowField): string => (change.path === '' ? name : `${change.path}.${name}`);
  const before = new Map(written.fields.map((field) => [field.name, field.type]));
  const fields = declared.fields.map((field) => ({ name: field.name, ...evolveField(before.get(field.name), field, pathOf(field)) }));
  const names = new Set(declared.fields.map(({ name }) => name));
  const removed = written.fields.filter(({ name }) => !names.has(name)).map((field): TypeChange => ({ path: pathOf(field), written: formatType(field.type), declared: undefined }));
  const inner = [...fields.flatMap((field) => field.changes), ...removed];
  const isReordered = inner.length === 0 && written.fields.some(({ name }, i) => declared.fields[i]!.name !== name);
  const changes = isReordered ? [change] : inner;
  const convert: Conversion | undefined = changes.length === 0 ? undefined : (row: Readonly<Record<string, unknown>>) => Object.fromEntries(fields.map(({ name, valueOf }) => [name, valueOf(row[name])]));
  return { convert, changes, refusals: fields.flatMap((field) => field.refusals) };
}

type FieldEvolution = Pick<TypeEvolution, 'changes' | 'refusals'> & { readonly valueOf: Conversion };

function evolveField(written: TypeInformation | undefined, field: RowField, path: string): FieldEvolution {
  if (written !== undefined) {
    const { convert, changes, refusals } = evolveType(written, field.type, path);
    return { changes, refusals, valueOf: convert ?? keep };
  }
  const added: TypeChange = { path, written: undefined, declared: formatType(field.type) };
  if (field.default !== undefined) return { changes: [added], refusals: [], valueOf: () => decodeDefault(field.type, field.default) };
  if (field.type.kind === 'nullable') return { changes: [added], refusals: [], valueOf: () => null };
  return { changes: [], refusals: [added], valueOf: keep };
}
