// AsyncCalc: the input's columns and, behind them, the values of calls of asynchronous functions. Rows leave in their order.
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { TableError } from '#table/errors';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext, WindowProperties } from '#table/exec/exec-node';
import { expressionText } from '#table/exec/plan-text';
import type { CallExpression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import { AsyncCalls, type AsyncCall, type AsyncCallLimits } from '#table/runtime/calc/async-calls';
import { LookupOperator } from '#table/runtime/join/lookup-operator';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

const OPTION = 'table.exec.async-scalar';
const CONCURRENT_DEFAULT = 10;
const TIMEOUT_DEFAULT_MS = 180_000;
const RETRY_DELAY_DEFAULT_MS = 100;
const ATTEMPTS_DEFAULT = 3;

export class AsyncCalcExec implements ExecNode {
  readonly kind = 'AsyncCalc';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly calls: readonly CallExpression[];
  readonly upsertKeys: readonly (readonly number[])[];
  readonly window: WindowProperties | undefined;

  /** @param calls whose arguments are computed from the input without waiting. */
  constructor(input: ExecNode, calls: readonly CallExpression[]) {
    this.inputs = [input];
    this.calls = calls;
    const { fields } = input.rowType;
    const names = new Set(fields.map(({ name }) => name));
    const added = calls.map(({ type }, index) => {
      let name = `f${index}`;
      while (names.has(name)) name = `${name}_`;
      names.add(name);
      return { name, type };
    });
    this.rowType = { ...input.rowType, fields: [...fields, ...added] };
    this.upsertKeys = input.upsertKeys;
    this.window = input.window;
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const added = this.rowType.fields.slice(fields.length);
    return `select=[${[...fields.map(({ name }) => name), ...this.calls.map((call, index) => `${expressionText(call, fields)} AS ${added[index]!.name}`)].join(', ')}]`;
  }

  changes([input]: readonly ChangeKinds[]): ChangeKinds {
    return input!;
  }

  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    return [isRequired];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const capacity = numberOption(context, 'max-concurrent-operations', CONCURRENT_DEFAULT);
    const limits = limitsOf(context);
    const create = (): LookupOperator => new LookupOperator({
      lookup: new AsyncCalls(this.calls.map((call) => asyncCall(call)), limits), keyOf: this.#argumentsFunction(context, input!), join: this.#resultFunction(context, input!),
      inputType: rowTypeInformation(input!.rowType, { hasKind: input!.hasKind }), capacity, retry: undefined,
    });
    return context.oneInput(context.plainRows(input!), { kind: 'stream', create });
  }

  /** A list of values per call. */
  #argumentsFunction(context: TranslationContext, input: TranslatedInput): (row: TableRow) => readonly unknown[] {
    const codegen = new ExpressionCodegen(context.functions);
    const own = fieldKeys(input.rowType).map((key) => fieldAccess('row', key));
    const { statements, results } = codegen.generateAll(this.calls.flatMap((call) => call.arguments), (index) => own[index]!);
    let next = 0;
    const lists = this.calls.map((call) => `[${call.arguments.map(() => results[next++]!.value).join(', ')}]`);
    return compile('row', `{ ${statements}\nreturn [${lists.join(', ')}]; }`, codegen.constants);
  }

  #resultFunction(context: TranslationContext, input: TranslatedInput): (row: TableRow, answers: readonly TableRow[], collect: (row: TableRow) => void) => void {
    const names = [...fieldKeys(this.rowType), ...(context.hasKind ? [KIND_KEY] : [])];
    const own = fieldKeys(input.rowType).map((key) => fieldAccess('row', key));
    const values = [...own, ...this.calls.map((_, index) => `answers[0].r${index}`), ...(context.hasKind ? [fieldAccess('row', KIND_KEY)] : [])];
    return compile('row, answers, collect', `{ collect(${rowLiteral(names, values)}); }`);
  }
}

function asyncCall({ function: { name, evalAsync } }: CallExpression): AsyncCall {
  return { name, evalAsync: evalAsync! };
}

/** Throws TABLE_OPTION_INVALID. */
function limitsOf(context: TranslationContext): AsyncCallLimits {
  const strategy = (context.option(`${OPTION}.retry-strategy`) ?? 'FIXED_DELAY').toUpperCase();
  if (strategy !== 'FIXED_DELAY' && strategy !== 'NO_RETRY') throw new TableError('TABLE_OPTION_INVALID', `${OPTION}.retry-strategy is '${strategy}': give FIXED_DELAY or NO_RETRY`);
  return {
    timeoutMs: context.durationOption(`${OPTION}.timeout`) ?? TIMEOUT_DEFAULT_MS,
    retryDelayMs: context.durationOption(`${OPTION}.retry-delay`) ?? RETRY_DELAY_DEFAULT_MS,
    attemptsMax: strategy === 'NO_RETRY' ? 1 : numberOption(context, 'max-attempts', ATTEMPTS_DEFAULT),
  };
}

function numberOption(context: TranslationContext, name: string, otherwise: number): number {
  const text = context.option(`${OPTION}.${name}`);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TableError('TABLE_OPTION_INVALID', `${OPTION}.${name} is '${text}': give a whole number above 0`);
}
