// Writes the source text of a chain: one loop per input that reads a row and hands it through the fused row operators
// to the stateful ones, sinks and outgoing edges; and one `emit` function per operator that emits on its own. A fused
// loop costs 5 ns a record at depth 10 where shared operator objects cost 92.
import { rowReadCode } from '#core/codegen/row-layout-code';
import type { FieldTree } from '#core/codegen/field-tree';
import type { Schema } from '#core/columns/schema';
import type { ChainedOperator } from '#streaming/task/task-description';

/** Where the rows of an operator go: chained operators first, then edges by their index in the task's outputs. */
export interface ChainEdges {
  readonly operators: readonly ChainedOperator[];
  /** Outgoing edges per operator, by tag. */
  readonly edgesOf: (operatorIndex: number, tag: string | undefined) => readonly number[];
  /** Copy values that several consumers share (pipeline.object-reuse is off). */
  readonly copiesShared: boolean;
  /** Sinks whose writer may refuse rows for a while. */
  readonly hasReadiness: (operatorIndex: number) => boolean;
  /** Operators whose rows may be those of a view. */
  readonly emitsViews: (operatorIndex: number) => boolean;
  /** Operators that take such rows as they are; the others get copies. */
  readonly acceptsViews: (operatorIndex: number) => boolean;
}

// Names that the generated text expects in scope: S chain state, A availability, fN user functions, oN stream operators,
// wN sink writers, cN collectors (N = operator index), eN emitters (N = edge), times, kept, and the cold calls copy, promised,
// truthy, iterate, sinkFull.

/** Statements that give row `v` with event time `t` to every consumer of an operator's main output or of one tag. @param isView it may be one of a view. */
function consumersCode(chain: ChainEdges, from: number, tag: string | undefined, v: string, t: string, isView = false): string {
  const next = chain.operators[from]!.next.filter((edge) => edge.tag === tag).map((edge) => edge.operatorIndex);
  const edges = chain.edgesOf(from, tag);
  const isShared = chain.copiesShared && next.length + edges.length > 1;
  // Edges write the row into columns at once; only chained consumers could see each other's changes.
  const toEdges = edges.map((edge) => `e${edge}(${v}, ${t});`).join(' ');
  const toOperators = next.map((index, position) => deliverCode(chain, index, !isView && isShared && position < next.length - 1 ? `copy(${v})` : v, t, 0, isView)).join('\n');
  return `${toEdges} ${toOperators}`;
}

/** Statements that give row `row` to operator `index`. */
function deliverCode(chain: ChainEdges, index: number, row: string, t: string, input = 0, isView = false): string {
  const { node } = chain.operators[index]!;
  const isKept = isView && !chain.acceptsViews(index);
  const v = isKept ? `kept(${row})` : row;
  const mark = `S.operator = ${index};`;
  if (node.kind === 'sink') {
    const ready = chain.hasReadiness(index) ? ` if (!w${index}.isReady) sinkFull(${index});` : '';
    return `${mark} S.sent++; w${index}.write(${v}, ${t}, S.watermark);${ready}`;
  }
  if (node.kind === 'source') return consumersCode(chain, index, undefined, v, t);
  if (node.factory.kind === 'stream') return `${mark} o${index}.processElement(${v}, ${t}, ${input});`;
  switch (node.factory.row.kind) {
    case 'map': return `{ ${mark} const v${index} = f${index}(${v}); if (v${index} instanceof Promise) promised(${index}); ${consumersCode(chain, index, undefined, `v${index}`, t)} }`;
    case 'filter': return `{ const v${index} = ${v}; ${mark} const r${index} = f${index}(v${index}); if (r${index} === true || (r${index} !== false && truthy(${index}, r${index}))) { ${consumersCode(chain, index, undefined, `v${index}`, t, isView && !isKept)} } }`;
    case 'flatMap': return `{ ${mark} times[${index}] = ${t}; const r${index} = f${index}(${v}, c${index}); if (r${index} !== undefined) iterate(${index}, r${index}, ${t}); }`;
  }
}

export interface SourceLoopOptions {
  readonly hasAssigner: boolean;
  /** none | max (bounded out-of-orderness) | generator (user's onEvent per row). */
  readonly watermarks: 'none' | 'max' | 'generator';
}

/** Additional scope of loops of a source head. */
export const SOURCE_SCOPE = ['assign', 'onEvent'] as const;

function rowBody(chain: ChainEdges, input: number, source: SourceLoopOptions | undefined): string {
  if (source === undefined) return deliverCode(chain, 0, 'v', 't', input);
  return `
    ${source.hasAssigner ? 'S.operator = 0; t = assign(v, t);' : ''}
    ${source.watermarks === 'max' ? 'if (t > max) max = t;' : ''}
    ${source.watermarks === 'generator' ? 'S.operator = 0; onEvent(v, t);' : ''}
    ${deliverCode(chain, 0, 'v', 't', input)}`;
}

/** What a loop reads of a batch: parts of its rows, and which texts among them are only copied. */
export interface BatchReads {
  readonly reads: FieldTree;
  readonly slices: FieldTree;
}

/** `(batch, from) => next row`: stops early when the task's outputs are blocked. */
export function batchLoopCode(chain: ChainEdges, schema: Schema, input: number, source: SourceLoopOptions | undefined, { reads, slices }: BatchReads): string {
  const read = rowReadCode(schema, { reads, slices, decoding: 'decoding' });
  return `
    const decoding = { isBlock: true };
    ${read.slices}
    return function batchLoop(batch, from) {
      ${read.prelude}
      const to = batch.count;
      let i = from, max = S.maxTimestamp;
      while (i < to) {
        S.row = i;
        let t = ${read.eventTime};
        const v = ${read.value};
        i++;
        ${rowBody(chain, input, source)}
        if (A.blocked !== 0) break;
      }
      S.maxTimestamp = max;
      ${read.epilogue}
      return i;
    };`;
}

/** `(values, times, from, to) => next row`, for sources that hand out rows. */
export function rowsLoopCode(chain: ChainEdges, source: SourceLoopOptions): string {
  return `
    return function rowsLoop(values, eventTimes, from, to) {
      let i = from, max = S.maxTimestamp;
      while (i < to) {
        S.row = i;
        let t = eventTimes[i];
        const v = values[i];
        i++;
        ${rowBody(chain, 0, source)}
        if (A.blocked !== 0) break;
      }
      S.maxTimestamp = max;
      return i;
    };`;
}

/** `(v, t) => void` for an operator that emits on its own (stateful, flatMap), main output or one tag. */
export function emitCode(chain: ChainEdges, from: number, tag: string | undefined): string {
  return `return function emit${from}(v, t) { ${consumersCode(chain, from, tag, 'v', 't', tag === undefined && chain.emitsViews(from))} S.operator = ${from}; };`;
}
