// Whether a recorded case agrees: `agrees`, or in one line what differs.
import { serializableTypeText } from '#table/types/type-text';
import { typeOfText } from './scalar-case.js';
import { asMultiset, feedOrders, finalRows, keyOfSink, runProgramCase, runQueryCase, runStreamingCase, type CaseChange, type ProgramCase, type QueryCase, type StreamingCase } from './program-case.js';

async function attempt(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    const { code, message, cause, stack } = error as { code?: string; message?: string; cause?: { message?: string; stack?: string }; stack?: string };
    if (process.env['MILLRACE_CASE_STACK'] !== undefined) console.error(cause?.stack ?? stack);
    return `fails: [${code ?? ''}] ${(cause?.message ?? message ?? String(error)).split('\n')[0]!.slice(0, 220)}`;
  }
}

export async function verdictOfStreaming(streaming: StreamingCase): Promise<string> {
  const verdict = await attempt(async () => {
    const got = await runStreamingCase(streaming);
    if (streaming.error !== undefined) return 'was not refused';
    const expected = streaming.output!;
    const steps = [...new Set([...got, ...expected].map(({ step }) => step))].sort((a, b) => a - b);
    for (const step of steps) {
      const at = (list: typeof got): readonly string[] => asMultiset(list.filter((change) => change.step === step).map(({ kind, values }) => [kind, values]));
      const [own, wanted] = [at(got), at(expected)];
      if (own.join() !== wanted.join()) return `step ${step}: got ${own.join(' ').slice(0, 200)} wanted ${wanted.join(' ').slice(0, 200)}`;
    }
    return 'agrees';
  });
  return streaming.error !== undefined && verdict.startsWith('fails') ? 'agrees' : verdict;
}

/** Programs whose full run failed in Flink, or gave other rows than with a restore, are measured by what the full run gave. */
export async function verdictOfProgram(program: ProgramCase): Promise<string> {
  const mode = program.modes.includes('streaming') ? 'streaming' : 'batch';
  const isRefused = program.run.some(({ kind }) => kind === 'failing-sql') || program.fullRun?.error !== undefined;
  let first: string | undefined;
  for (const feeds of feedOrders(program).slice(0, ORDERS_MAX)) {
    const verdict = await verdictOfRun(program, mode, feeds, isRefused);
    if (verdict === 'agrees') return verdict;
    first ??= verdict;
    if (verdict.startsWith('fails')) break;
  }
  return first!;
}

const ORDERS_MAX = 18;

async function verdictOfRun(program: ProgramCase, mode: 'streaming' | 'batch', feeds: Parameters<typeof runProgramCase>[2], isRefused: boolean): Promise<string> {
  const verdict = await attempt(async () => {
    const got = await runProgramCase(program, mode, feeds);
    if (isRefused) return 'was not refused';
    for (const sink of program.sinks) {
      const expected = program.fullRun?.sinks?.[sink.name];
      if (expected === undefined) return 'has no recorded run';
      const pairs = (changes: readonly CaseChange[]): readonly unknown[] => changes.map(({ kind, values }) => [kind, values]);
      const key = keyOfSink(sink);
      const final = differenceOf(finalRows(got.get(sink.name)!, key), expected.final?.map(({ values }) => values) ?? finalRows(expected.changelog!, key));
      // Some runs are recorded by their final rows only, and some programs are to be compared by them: their changes depend on which
      // source is read first, row by row.
      const isByFinalRows = expected.changelog === undefined || sink.compare === 'materialized';
      const difference = isByFinalRows ? final : differenceOf(pairs(got.get(sink.name)!), pairs(expected.changelog));
      if (difference === undefined) continue;
      return `${sink.name}${final === undefined ? ' (final rows agree)' : ''}: ${difference}`;
    }
    return 'agrees';
  });
  return isRefused && verdict.startsWith('fails') ? 'agrees' : verdict;
}

function differenceOf(own: readonly unknown[], wanted: readonly unknown[]): string | undefined {
  const [a, b] = [asMultiset(own), asMultiset(wanted)];
  if (a.join('\n') === b.join('\n')) return undefined;
  const extra = a.filter((line) => !b.includes(line));
  const missing = b.filter((line) => !a.includes(line));
  return `got ${a.length}, wanted ${b.length}; extra ${extra.join(' ').slice(0, 160)} missing ${missing.join(' ').slice(0, 160)}`;
}

export async function verdictOfQuery(query: QueryCase): Promise<string> {
  const verdict = await attempt(async () => {
    const { rows, changelog, rowType } = await runQueryCase(query);
    if (query.error !== undefined) return query.error.internal === true ? 'agrees' : 'was not refused';
    const { expected } = query;
    const difference = query.source.includes('sort.batch') && JSON.stringify(rows) !== JSON.stringify(expected!.rows) ? `got ${JSON.stringify(rows).slice(0, 160)} wanted ${JSON.stringify(expected!.rows).slice(0, 160)}` : differenceOf(rows, expected!.rows);
    if (difference !== undefined) return difference;
    const columns = differenceOf(rowType.fields.map(({ name, type }) => `${name} ${serializableTypeText(type)}`), expected!.columns.map(({ name, type }) => `${name} ${serializableTypeText(typeOfText(type))}`));
    if (columns !== undefined) return `columns: ${columns}`;
    if (expected!.changelog === undefined) return 'agrees';
    const pairs = (changes: readonly CaseChange[]): readonly unknown[] => changes.map(({ kind, values }) => [kind, values]);
    const changes = differenceOf(pairs(changelog), pairs(expected!.changelog));
    return changes === undefined ? 'agrees' : `changelog: ${changes}`;
  });
  return query.error !== undefined && verdict.startsWith('fails') ? 'agrees' : verdict;
}
