// Match: MATCH_RECOGNIZE over an insert-only input, per key of PARTITION BY.
import { compareRowsOf } from '#table/codegen/row-comparison';
import { compile, fieldAccess } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { patternCondition, patternValue } from '#table/exec/pattern-evaluation';
import { sortText } from '#table/exec/plan-text';
import type { MatchShape } from '#table/logical/match-shape';
import { MatchFunction } from '#table/runtime/match/match-function';
import { PatternMatcher, type MatchedRow } from '#table/runtime/match/pattern-matcher';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class MatchExec implements ExecNode {
  readonly kind = 'Match';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: MatchShape;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  /** @param rowType the columns of PARTITION BY, then the measures. */
  constructor(input: ExecNode, shape: MatchShape, rowType: RowType) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const { partitionColumns, timeColumn, orderBy, elements, variables, afterMatch } = this.shape;
    const order = [`${fields[timeColumn]!.name} ASC`, ...(orderBy.length === 0 ? [] : [sortText(orderBy, fields)])].join(', ');
    const pattern = elements.map(({ min, max }, index) => `${variables[index]!}${min === 1 && max === 1 ? '' : `{${min}, ${max === Number.POSITIVE_INFINITY ? '' : max}}`}`).join(' ');
    const measures = this.rowType.fields.slice(partitionColumns.length).map(({ name }) => name).join(', ');
    return `partitionBy=[${partitionColumns.map((column) => fields[column]!.name).join(', ')}], orderBy=[${order}], measures=[${measures}], rowsPerMatch=[ONE ROW PER MATCH], after=[${afterMatch.kind}], pattern=[${pattern}]`;
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [true];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { partitionColumns, orderBy, isRowtime, timeColumn, withinMs } = this.shape;
    const { transformation, key } = context.keyed(input!, partitionColumns);
    const timeKey = fieldKeys(input!.rowType)[timeColumn]!;
    const create = () => new MatchFunction({
      rowType: rowTypeInformation(input!.rowType), matcher: this.#matcher(context), withinMs, compare: compareRowsOf(input!.rowType, orderBy),
      timeOf: isRowtime ? compile('row', fieldAccess('row', timeKey)) : undefined, emit: this.#emitter(context),
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), partitionColumns.length === 0 ? { parallelism: 1 } : {});
  }

  #matcher({ functions }: TranslationContext): PatternMatcher {
    const { elements, definitions, variables, afterMatch, withinMs, timeColumn } = this.shape;
    const input = { rowType: this.inputs[0]!.rowType, timeColumn, functions };
    return new PatternMatcher({ elements, variables, afterMatch, withinMs, fits: definitions.map((definition) => (definition === undefined ? () => true : patternCondition(definition, input))) });
  }

  #emitter({ functions }: TranslationContext): (rows: readonly MatchedRow[]) => TableRow {
    const { partitionColumns, measures, timeColumn } = this.shape;
    const { rowType } = this.inputs[0]!;
    const from = fieldKeys(rowType);
    const keys = fieldKeys(this.rowType);
    const values = measures.map((measure) => patternValue(measure, { rowType, timeColumn, functions }));
    return (rows) => {
      const row: TableRow = {};
      partitionColumns.forEach((column, index) => { row[keys[index]!] = rows[0]!.row[from[column]!]; });
      values.forEach((valueOf, index) => { row[keys[partitionColumns.length + index]!] = valueOf(rows); });
      return row;
    };
  }
}
