// Values: rows that are written in the query.
import { CollectionSource } from '#connectors/collection/source';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { tuplesText } from '#table/exec/plan-text';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export class ValuesExec implements ExecNode {
  readonly kind = 'Values';
  readonly inputs: readonly ExecNode[] = [];
  readonly rowType: RowType;
  readonly rows: readonly (readonly unknown[])[];
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(rows: readonly (readonly unknown[])[], rowType: RowType) {
    this.rows = rows;
    this.rowType = rowType;
    this.upsertKeys = rows.length <= 1 ? [[]] : [];
  }

  get description(): string {
    return tuplesText(this.rows);
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [];
  }

  translate(context: TranslationContext, _inputs: readonly TranslatedInput[]): TranslatedNode {
    const keys = fieldKeys(this.rowType);
    const rows = this.rows.map((row) => Object.fromEntries(keys.map((key, index) => [key, row[index]])));
    const transformation = context.transformations.source(context.name, new CollectionSource(rows));
    transformation.parallelism = 1;
    transformation.outputType = rowTypeInformation(this.rowType);
    return { transformation };
  }
}
