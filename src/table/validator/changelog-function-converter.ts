// TO_CHANGELOG and FROM_CHANGELOG: changes of a table as rows with an operation code, and such rows as changes.
import type { ProcessTableParameter } from '#table/functions/process-table-definition';
import type { LogicalPlan, ProcessTableNode } from '#table/logical/logical-plan';
import type { CallArgument, CallExpression } from '#table/parser/ast-expression';
import { LogicalTypes, notNull, type LogicalField } from '#table/types/logical-type';
import { argumentsByName } from '#table/validator/named-arguments';
import type { QueryScope } from '#table/validator/query-scope';
import { tableArgumentOf } from '#table/validator/table-argument';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** The last two are those that every function of this kind takes; they say nothing to these. */
const PARAMETERS = ['INPUT', 'OP', 'OP_MAPPING', 'ON_TIME', 'UID'] as const;
const KINDS = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE'] as const;

const INPUT: ProcessTableParameter = { kind: 'table', name: 'input', semantics: 'row', isPartitionOptional: true, passesColumns: false, takesUpdates: true, needsUpdateBefore: false, requiresOnTime: false, rowType: undefined };

export type ChangelogFunctionName = 'TO_CHANGELOG' | 'FROM_CHANGELOG';
export const isChangelogFunction = (name: string): name is ChangelogFunctionName => name === 'TO_CHANGELOG' || name === 'FROM_CHANGELOG';

/** Operation codes by kind for TO_CHANGELOG, kinds by code for FROM_CHANGELOG; a kind is the number of RowKind. */
export interface ChangelogScalars {
  readonly opColumn: number;
  readonly codes: readonly (string | undefined)[];
  readonly kinds: Readonly<Record<string, number>>;
}

export function convertChangelogFunction(name: ChangelogFunctionName, call: CallExpression, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const byName = argumentsByName(name, PARAMETERS, call, context.text);
  const data = tableArgumentOf(byName.get('INPUT')) ?? failAt(context.text, call.span, `the argument 'input' of ${name} is a table: TABLE t`);
  if (data.partitionBy.length > 0) failAt(context.text, data.span, `PARTITION BY for the table of ${name} is not supported`);
  const input = data.table.kind === 'query' ? context.query(data.table, scope) : context.tableOf(data.table, scope, {});
  const op = byName.get('OP');
  if (op !== undefined && (op.kind !== 'descriptor' || op.columns.length !== 1)) return failAt(context.text, op.span, `the argument 'op' of ${name} is DESCRIPTOR(column)`);
  const opName = op?.kind === 'descriptor' ? op.columns[0]!.name.name : 'op';
  const pairs = mappingOf(byName.get('OP_MAPPING'), context, scope);
  const { fields } = input.rowType;
  const isTo = name === 'TO_CHANGELOG';
  const opColumn = isTo ? 0 : fields.findIndex((field) => field.name === opName);
  if (opColumn < 0) failAt(context.text, call.span, `FROM_CHANGELOG finds no column '${opName}' in its table`);
  const outputFields: readonly LogicalField[] = isTo ? [{ name: opName, type: notNull(LogicalTypes.STRING) }, ...fields] : fields.filter((_, index) => index !== opColumn);
  const scalars: ChangelogScalars = isTo ? { opColumn, codes: codesOf(pairs, context, call), kinds: {} } : { opColumn, codes: [], kinds: kindsOf(pairs, context, call) };
  const node: ProcessTableNode = { kind: 'process-table', name, function: undefined, inputs: [{ name: 'input', parameter: INPUT, input, partitionColumns: [], orderBy: [], timeColumn: undefined }], scalars: { ...scalars }, rowType: { kind: 'ROW', isNullable: false, fields: outputFields } };
  return node;
}

/** As written: lists of kinds to codes, or of codes to kinds. */
function mappingOf(argument: CallArgument | undefined, context: ValidatorContext, scope: QueryScope): readonly (readonly [readonly string[], string])[] {
  if (argument === undefined) return KINDS.map((kind) => [[kind], kind]);
  if (argument.kind === 'named-argument' || argument.kind === 'table-argument' || argument.kind === 'model-argument' || argument.kind === 'descriptor' || argument.kind === 'default') return failAt(context.text, argument.span, "the argument 'op_mapping' is a constant MAP of texts");
  const value = context.reduce(context.expression(argument, scope, {}));
  if (value.kind !== 'literal' || !(value.value instanceof Map)) return failAt(context.text, argument.span, "the argument 'op_mapping' is a constant MAP of texts");
  return [...(value.value as ReadonlyMap<string, string>)].map(([keys, target]) => [keys.split(',').map((key) => key.trim()), target.trim()]);
}

function kindOfName(name: string, context: ValidatorContext, call: CallExpression): number {
  const kind = KINDS.indexOf(name as (typeof KINDS)[number]);
  return kind >= 0 ? kind : failAt(context.text, call.span, `Unknown change operation '${name}' in 'op_mapping': one of ${KINDS.join(', ')}`);
}

function codesOf(pairs: ReturnType<typeof mappingOf>, context: ValidatorContext, call: CallExpression): readonly (string | undefined)[] {
  const codes: (string | undefined)[] = [undefined, undefined, undefined, undefined];
  for (const [names, code] of pairs) {
    for (const name of names) {
      const kind = kindOfName(name, context, call);
      if (codes[kind] !== undefined) failAt(context.text, call.span, `Invalid 'op_mapping': the change operation '${name}' is mapped twice`);
      codes[kind] = code;
    }
  }
  return codes;
}

function kindsOf(pairs: ReturnType<typeof mappingOf>, context: ValidatorContext, call: CallExpression): Readonly<Record<string, number>> {
  return Object.fromEntries(pairs.flatMap(([codes, name]) => codes.map((code) => [code, kindOfName(name, context, call)] as const)));
}
