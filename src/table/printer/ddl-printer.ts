// CREATE, ALTER and DROP as SQL text.
import { assertNever } from '#core/assert';
import type { AlterChange, AlterStatement, ChangeSchema } from '#table/parser/ast-alter';
import type {
  ColumnDefinition, CreateFunction, CreateMaterializedTable, CreateModel, CreateStatement, CreateTable, CreateView, Distribution, DropObject, FunctionResource, PartitionItem, StartMode,
  TableConstraint, TableElement, TableLike, Watermark,
} from '#table/parser/ast-ddl';
import type { OptionItem } from '#table/parser/ast-node';
import { dataTypeText } from '#table/printer/data-type-printer';
import { QueryPrinter } from '#table/printer/query-printer';
import { identifierListText, identifierText, joinWords, optionListText, optionText, pathText, stringText } from '#table/printer/sql-text';

export class DdlPrinter extends QueryPrinter {
  protected create(statement: CreateStatement): string {
    switch (statement.kind) {
      case 'create-catalog':
        return joinWords('CREATE CATALOG', ifNotExists(statement), identifierText(statement.name), comment(statement.comment), options(statement.options));
      case 'create-database':
        return joinWords('CREATE DATABASE', ifNotExists(statement), pathText(statement.name), comment(statement.comment), options(statement.options));
      case 'create-table':
        return this.createTable(statement);
      case 'create-materialized-table':
        return this.createMaterializedTable(statement);
      case 'create-view':
        return this.createView(statement);
      case 'create-function':
        return createFunctionText(statement);
      case 'create-model':
        return this.createModel(statement);
      case 'create-connection':
        return joinWords(`CREATE ${temporary(statement)}CONNECTION`, ifNotExists(statement), pathText(statement.name), comment(statement.comment), options(statement.options));
      default:
        return assertNever(statement, 'CREATE statement');
    }
  }

  private createTable(statement: CreateTable): string {
    const action = { create: 'CREATE', 'create-or-replace': 'CREATE OR REPLACE', replace: 'REPLACE' }[statement.action];
    return lines(
      joinWords(action, statement.isTemporary && 'TEMPORARY', 'TABLE', ifNotExists(statement), pathText(statement.name), this.elements(statement.elements)),
      ...tableClauses(statement),
      statement.like !== undefined && likeText(statement.like),
      statement.query !== undefined && `AS ${this.query(statement.query, '\n')}`,
    );
  }

  private createMaterializedTable(statement: CreateMaterializedTable): string {
    return lines(
      joinWords('CREATE', statement.isOrAlter && 'OR ALTER', 'MATERIALIZED TABLE', ifNotExists(statement), pathText(statement.name), this.elements(statement.elements)),
      ...tableClauses(statement),
      statement.freshness !== undefined && `FRESHNESS = ${this.expression(statement.freshness)}`,
      statement.refreshMode !== undefined && `REFRESH_MODE = ${statement.refreshMode}`,
      statement.startMode !== undefined && this.startMode(statement.startMode),
      `AS ${this.query(statement.query, '\n')}`,
    );
  }

  private startMode({ mode, argument }: StartMode): string {
    return `START_MODE = ${mode}${argument === undefined ? '' : `(${this.expression(argument)})`}`;
  }

  private createView(statement: CreateView): string {
    const columns = statement.columns.length > 0 && identifierListText(statement.columns);
    const head = joinWords('CREATE', statement.isOrReplace && 'OR REPLACE', statement.isTemporary && 'TEMPORARY', 'VIEW', ifNotExists(statement), pathText(statement.name), columns, comment(statement.comment));
    return lines(`${head} AS`, this.query(statement.query, '\n'));
  }

  private createModel(statement: CreateModel): string {
    const columns = (list: CreateModel['input']): string => `(${list.map((column) => this.column(column)).join(', ')})`;
    return lines(
      joinWords(`CREATE ${temporary({ ...statement, isSystem: false })}MODEL`, ifNotExists(statement), pathText(statement.name)),
      statement.input.length > 0 && `INPUT ${columns(statement.input)}`,
      statement.output.length > 0 && `OUTPUT ${columns(statement.output)}`,
      comment(statement.comment),
      options(statement.options),
      statement.query !== undefined && `AS ${this.query(statement.query, '\n')}`,
    );
  }

  // ---- parts of tables

  private elements(elements: readonly TableElement[]): string | undefined {
    return elements.length === 0 ? undefined : `(\n${elements.map((element) => `  ${this.element(element)}`).join(',\n')}\n)`;
  }

  private element(element: TableElement): string {
    switch (element.kind) {
      case 'column-name':
        return identifierText(element.name);
      case 'watermark':
        return this.watermark(element);
      case 'table-constraint':
        return constraintText(element, true);
      default:
        return this.column(element);
    }
  }

  protected column(column: ColumnDefinition): string {
    const name = identifierText(column.name);
    switch (column.kind) {
      case 'physical-column':
        return joinWords(name, dataTypeText(column.type), column.constraint !== undefined && constraintText(column.constraint, false), comment(column.comment));
      case 'computed-column':
        return joinWords(name, 'AS', this.expression(column.expression), comment(column.comment));
      case 'metadata-column': {
        const from = column.from !== undefined && `FROM ${stringText(column.from)}`;
        return joinWords(name, dataTypeText(column.type), 'METADATA', from, column.isVirtual && 'VIRTUAL', comment(column.comment));
      }
      default:
        return assertNever(column, 'column');
    }
  }

  private watermark({ column, expression }: Watermark): string {
    return `WATERMARK FOR ${pathText(column)} AS ${this.expression(expression)}`;
  }

  /** `PARTITION (a = 1)`, or nothing where there are no items. */
  protected partition(items: readonly PartitionItem[]): string | undefined {
    if (items.length === 0) return undefined;
    return `PARTITION (${items.map(({ column, value }) => joinWords(identifierText(column), value !== undefined && `= ${this.expression(value)}`)).join(', ')})`;
  }

  // ---- ALTER and DROP

  protected drop(statement: DropObject): string {
    return joinWords(`DROP ${temporary(statement)}${statement.object}`, statement.ifExists && 'IF EXISTS', pathText(statement.name), statement.behavior);
  }

  protected alter(statement: AlterStatement): string {
    return joinWords(`ALTER ${temporary(statement)}${statement.object}`, statement.ifExists && 'IF EXISTS', pathText(statement.name), this.change(statement.change));
  }

  private change(change: AlterChange): string {
    switch (change.kind) {
      case 'set-options':
        return `SET ${optionListText(change.options)}`;
      case 'reset-options':
        return `RESET (${change.keys.map(stringText).join(', ')})`;
      case 'set-comment':
        return `COMMENT ${stringText(change.comment)}`;
      case 'rename':
        return `RENAME TO ${pathText(change.newName)}`;
      case 'rename-column':
        return `RENAME ${pathText(change.column)} TO ${pathText(change.newName)}`;
      case 'set-query':
        return joinWords(change.startMode !== undefined && this.startMode(change.startMode), 'AS', this.query(change.query, '\n'));
      case 'set-function':
        return joinWords('AS', stringText(change.identifier), change.language !== undefined && `LANGUAGE ${change.language}`, resourcesText(change.resources));
      case 'set-freshness':
        return `SET FRESHNESS = ${this.expression(change.freshness)}`;
      case 'set-refresh-mode':
        return `SET REFRESH_MODE = ${change.refreshMode}`;
      case 'suspend':
        return 'SUSPEND';
      case 'resume':
        return joinWords('RESUME', options(change.options));
      case 'refresh':
        return joinWords('REFRESH', this.partition(change.partition));
      default:
        return this.schemaChange(change);
    }
  }

  private schemaChange(change: Exclude<AlterChange, { readonly kind: 'set-options' | 'reset-options' | 'set-comment' | 'rename' | 'rename-column' | 'set-query' | 'set-function' | 'set-freshness' | 'set-refresh-mode' | 'suspend' | 'resume' | 'refresh' }>): string {
    switch (change.kind) {
      case 'add-schema':
        return `ADD ${this.schemaElements(change.elements)}`;
      case 'modify-schema':
        return `MODIFY ${this.schemaElements(change.elements)}`;
      case 'add-distribution':
        return `ADD DISTRIBUTION ${distributionText(change.distribution)}`;
      case 'modify-distribution':
        return `MODIFY DISTRIBUTION ${distributionText(change.distribution)}`;
      case 'drop-distribution':
        return 'DROP DISTRIBUTION';
      case 'drop-columns':
        return `DROP (${change.columns.map(pathText).join(', ')})`;
      case 'drop-constraint':
        return `DROP CONSTRAINT ${identifierText(change.name)}`;
      case 'drop-primary-key':
        return 'DROP PRIMARY KEY';
      case 'drop-watermark':
        return 'DROP WATERMARK';
      case 'add-partitions':
        return joinWords('ADD', change.ifNotExists && 'IF NOT EXISTS', ...change.partitions.map(({ items, options: list }) => joinWords(this.partition(items), options(list))));
      case 'drop-partitions':
        return joinWords('DROP', change.ifExists && 'IF EXISTS', change.partitions.map((items) => this.partition(items)).join(', '));
      default:
        return assertNever(change, 'change');
    }
  }

  private schemaElements(elements: ChangeSchema['elements']): string {
    return `(${elements.map((element) => this.schemaElement(element)).join(', ')})`;
  }

  private schemaElement(element: ChangeSchema['elements'][number]): string {
    if (element.kind === 'watermark') return this.watermark(element);
    if (element.kind === 'table-constraint') return constraintText(element, true);
    const { position, parents } = element;
    const column = `${parents.map((parent) => `${identifierText(parent)}.`).join('')}${this.column(element.column)}`;
    return joinWords(column, position === 'FIRST' ? 'FIRST' : position !== undefined && `AFTER ${pathText(position.after)}`);
  }
}

// ---- clauses

function lines(...texts: readonly (string | undefined | false)[]): string {
  return texts.filter((text) => text !== undefined && text !== false && text !== '').join('\n');
}

function temporary({ isTemporary, isSystem }: { readonly isTemporary: boolean; readonly isSystem: boolean }): string {
  return isTemporary ? (isSystem ? 'TEMPORARY SYSTEM ' : 'TEMPORARY ') : '';
}

function ifNotExists(statement: { readonly ifNotExists: boolean }): string | undefined {
  return statement.ifNotExists ? 'IF NOT EXISTS' : undefined;
}

function comment(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `COMMENT ${stringText(text)}`;
}

function options(list: readonly OptionItem[]): string | undefined {
  return list.length === 0 ? undefined : `WITH (\n${list.map((option) => `  ${optionText(option)}`).join(',\n')}\n)`;
}

function tableClauses(statement: CreateTable | CreateMaterializedTable): (string | undefined)[] {
  return [
    comment(statement.comment),
    statement.distribution === undefined ? undefined : `DISTRIBUTED ${distributionText(statement.distribution)}`,
    statement.partitionedBy.length === 0 ? undefined : `PARTITIONED BY ${identifierListText(statement.partitionedBy)}`,
    options(statement.options),
  ];
}

function distributionText({ method, columns, buckets }: Distribution): string {
  return joinWords(columns.length > 0 && `BY ${method ?? ''}${identifierListText(columns)}`, buckets !== undefined && `INTO ${buckets} BUCKETS`);
}

function likeText({ source, options: list }: TableLike): string {
  return joinWords('LIKE', pathText(source), list.length > 0 && `(${list.map(({ strategy, feature }) => `${strategy} ${feature}`).join(' ')})`);
}

function constraintText({ name, constraint, columns, enforcement }: TableConstraint, isOfTable: boolean): string {
  return joinWords(name !== undefined && `CONSTRAINT ${identifierText(name)}`, constraint, isOfTable && identifierListText(columns), enforcement);
}

function createFunctionText(statement: CreateFunction): string {
  return joinWords(
    `CREATE ${temporary(statement)}FUNCTION`, ifNotExists(statement), pathText(statement.name), `AS ${stringText(statement.identifier)}`,
    statement.language !== undefined && `LANGUAGE ${statement.language}`, resourcesText(statement.resources), options(statement.options),
  );
}

function resourcesText(resources: readonly FunctionResource[]): string | undefined {
  return resources.length === 0 ? undefined : `USING ${resources.map(({ resource, path }) => `${resource} ${stringText(path)}`).join(', ')}`;
}
