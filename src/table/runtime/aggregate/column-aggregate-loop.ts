// The loop of a GroupAggregate over a batch where accumulators lie in columns of the key table: keys are looked up a batch at a time,
// aggregates work on locals, and of a row only its results are made. Rows are only added, and every one of them has a result.
// hot path (the loop made). Thread: the slot's. Bench: `millrace nexmark --query q17 --api sql`.
import { fieldReads, integerReads, READ_SCOPE, rowReadCode } from '#core/codegen/row-layout-code';
import { readScope } from '#core/codegen/row-reader';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import { type KeyLocator, loadText, type NumberRows, storeText } from '#state/keyed/number-rows';
import type { BatchProgress, Output } from '#streaming/operator/stream-operator';
import type { MapView } from '#table/functions/function-definition';
import { type AggregateNames, hasNumberCode, initialValues, stepsText, valueText } from '#table/runtime/aggregate/aggregate-code';
import { type AggregateSource, isChangedText, resultText } from '#table/runtime/aggregate/aggregate-handler';
import { RowKind } from '#table/runtime/row-kind';
import type { ViewBatchLoop } from '#table/runtime/view-batch-loop';

export interface ColumnAggregateLoopOptions {
  readonly source: AggregateSource;
  readonly rows: NumberRows;
  readonly views: readonly MapView[];
  readonly schema: Schema;
  /** Fields of the input that are the key, in order. */
  readonly keyFields: readonly string[];
  readonly output: Output;
  /** False where results are wanted at the end of input only. */
  readonly emitsResults: boolean;
  readonly emitsUpdateBefore: boolean;
  /** An equal result is not emitted again. */
  readonly comparesResults: boolean;
}

const SAFE = Number.MAX_SAFE_INTEGER;
let loops = 0;

type Loop = (batch: Batch, from: number, keyRows: Int32Array | undefined, progress: BatchProgress) => number;

/** Undefined where an aggregate has no code for this, or a row is not plain. */
export function createColumnAggregateLoop(options: ColumnAggregateLoopOptions): ViewBatchLoop | undefined {
  const { source, rows, schema, keyFields, output, views } = options;
  const reads = fieldReads(schema);
  const { aggregates, hasRetraction } = source.options;
  if (reads === undefined || hasRetraction || aggregates.some(({ implementation }) => implementation.code === undefined)) return undefined;
  const locator = rows.locatorOf(schema, keyFields);
  const scope = { ...source.scope, rows, output, views, cells: rows.views, masks: rows.masks };
  const text = loopText(options, new Map(reads), locator);
  const loop = new Function(...READ_SCOPE, ...Object.keys(scope), text)(...readScope(schema), ...Object.values(scope)) as Loop;
  let unfinished = -1;
  let keyRows: Int32Array | undefined;
  return {
    schema,
    run(batch, from, progress) {
      // Rows of keys stay where they are: none is ever freed.
      if (from !== unfinished) keyRows = locator?.locate(batch);
      rows.beginBatch(keyRows, from, batch.count);
      const next = loop(batch, from, keyRows, progress);
      unfinished = next < batch.count ? next : -1;
      if (unfinished === -1) rows.endBatch();
      return next;
    },
  };
}

function loopText(options: ColumnAggregateLoopOptions, reads: ReadonlyMap<string, string>, locator: KeyLocator | undefined): string {
  const { rows, schema, keyFields, views } = options;
  const code = rowReadCode(schema, { decoding: 'decoding' });
  const inputs = new LocalNames('i', reads);
  const keys = keyFields.map(inputs.nameOf);
  const key = keys.length === 0 ? '0' : keys.length === 1 ? keys[0]! : `[${keys.join(', ')}]`;
  const ofNumbers = numbersText(options, inputs, keys);
  const others = new LocalNames('j', reads, inputs);
  const ofAll = allText(options, others, keys);
  const { presence } = rows;
  const bind = [...rows.columns.map((column, index) => `c${index} = cells[${column}]`), `mask = masks[${presence.column}]`].join(', ');
  const take = `{ row = rows.take(${key}); ${bind}; }`;
  // Rows of few texts often come after one of the same text, which keeps its row.
  const isText = keys.length === 1 && schema.columns.some(({ path, type }) => path[0] === keyFields[0] && type.kind === 'string');
  const rowText = locator !== undefined ? `let row = keyRows[i]; if (row < 0) ${take} ${views.length === 0 ? '' : 'else rows.select(row);'}`
    : isText ? `let row = lastRow; if (row < 0 || ${key} !== lastKey) { ${take} lastKey = ${key}; lastRow = row; }` : `let row; ${take}`;
  return `
    "use strict";
    const decoding = { isBlock: true };
    return function columnAggregateLoop(batch, from, keyRows, progress) {
      ${code.prelude}
      const to = batch.count;
      let i = from, lastKey, lastRow = -1, ${bind};
      while (i < to) {
        progress.row = i;
        ${inputs.declarations}
        const time = ${code.eventTime};
        ${rowText}
        const isFirst = (mask[row] & ${presence.bit}) === 0;
        if (isFirst) { mask[row] |= ${presence.bit}; ${initialText(options)} }
        ${ofNumbers}
        ${others.declarations}
        ${ofAll}
        if (output.isBlocked) break;
      }
      ${code.epilogue}
      return i;
    };
    //# sourceURL=millrace-column-aggregate-loop-${loops++}.js`;
}

/** Fields of the accumulators as plain numbers, where they and the arguments are; what is none goes on behind it. */
function numbersText(options: ColumnAggregateLoopOptions, inputs: LocalNames, keys: readonly string[]): string {
  const { source, rows, schema } = options;
  const integers = integerReads(schema);
  if (!hasNumberCode(source.options, integers) || rows.fields.some(({ kind }) => kind === 'boolean' || kind === 'double')) return '';
  const numbers = new LocalNames('x', integers);
  const names: AggregateNames = { input: inputs.nameOf, accumulator: (field) => field, numbers: { integer: numbers.nameOf, bail: 'break plain;' } };
  const loads = rows.fields.map(({ name }, index) => `let ${name} = c${index}[row];`);
  const stores = rows.fields.map(({ name }, index) => `c${index}[row] = ${name};`);
  const body = emissionText(options, names, keys, `${stepsText(source.options, source.plan, 'accumulate', names)}\n${stores.join('\n')}`);
  const checks = numbers.names.map((name) => `if (${name} > ${SAFE} || ${name} < ${-SAFE}) break plain;`);
  return `plain: {
    if (rows.hasWide) break plain;
    ${numbers.declarations} ${checks.join(' ')}
    ${loads.join(' ')}
    ${body}
    if (output.isBlocked) break;
    continue;
  }`;
}

/** Fields of the accumulators as values of their types. */
function allText(options: ColumnAggregateLoopOptions, inputs: LocalNames, keys: readonly string[]): string {
  const { source, rows } = options;
  const names: AggregateNames = { input: inputs.nameOf, accumulator: (field) => field };
  const loads = rows.fields.map((field, index) => `const n${index} = c${index}[row]; let ${field.name} = ${loadText(field, `n${index}`, `rows.wideAt(row, ${index})`)};`);
  const stores = rows.fields.map((field, index) => `c${index}[row] = ${storeText(field, field.name, `rows.setWide(row, ${index}, ${field.name})`)};`);
  const steps = stepsText(source.options, source.plan, 'accumulate', names);
  return `${loads.join('\n')} ${emissionText(options, names, keys, `${steps}\n${stores.join('\n')}`)}`;
}

/** Fields that generated code has asked for, as constants of the loop's body. */
class LocalNames {
  readonly #prefix: string;
  readonly #reads: ReadonlyMap<string, string>;
  readonly #outer: LocalNames | undefined;
  readonly #names = new Map<string, string>();

  /** @param outer names that are declared already. */
  constructor(prefix: string, reads: ReadonlyMap<string, string>, outer?: LocalNames) {
    this.#prefix = prefix;
    this.#reads = reads;
    this.#outer = outer;
  }

  readonly nameOf = (field: string): string => {
    const known = this.#outer?.known(field) ?? this.known(field);
    if (known !== undefined) return known;
    const name = `${this.#prefix}${this.#names.size}`;
    this.#names.set(field, name);
    return name;
  };

  known(field: string): string | undefined {
    return this.#names.get(field);
  }

  get names(): readonly string[] {
    return [...this.#names.values()];
  }

  get declarations(): string {
    return [...this.#names].map(([field, name]) => `const ${name} = ${this.#reads.get(field)};`).join(' ');
  }
}

/** What a new row, of zeros, has instead. */
function initialText({ source, rows }: ColumnAggregateLoopOptions): string {
  const cells: Readonly<Record<string, string>> = { null: 'NaN', true: '1', false: '0' };
  return source.options.aggregates.flatMap((_, index) => initialValues(source.options, index)).map(([name, value]) => {
    const cell = cells[value] ?? value;
    return cell === '0' ? '' : `c${rows.fields.findIndex((field) => field.name === name)}[row] = ${cell};`;
  }).join(' ');
}

/** The row is taken in by `steps`, and its results go out. */
function emissionText({ source, emitsResults, emitsUpdateBefore, comparesResults }: ColumnAggregateLoopOptions, names: AggregateNames, keys: readonly string[], steps: string): string {
  if (!emitsResults) return `${steps} i++;`;
  const { options, plan } = source;
  const values = options.aggregates.map((_, index) => valueText(options, plan, index, names));
  const needsBefore = comparesResults || emitsUpdateBefore;
  const declare = (prefix: string): string => values.map((value, index) => `const ${prefix}${index} = ${value};`).join(' ');
  const resultOf = (prefix: string, kind: number): string => `output.collect(${resultText(options, keys, values.map((_, index) => `${prefix}${index}`), String(kind))}, time);`;
  const changed = comparesResults ? `if (${isChangedText(options, values.map((_, index) => [`before${index}`, `after${index}`]))})` : '';
  return `
    ${needsBefore ? declare('before') : ''}
    ${steps}
    ${declare('after')}
    i++;
    if (isFirst) ${resultOf('after', RowKind.INSERT)}
    else ${changed} { ${emitsUpdateBefore ? resultOf('before', RowKind.UPDATE_BEFORE) : ''} ${resultOf('after', RowKind.UPDATE_AFTER)} }`;
}
