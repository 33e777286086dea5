// Statements as SQL text.
import { assertNever } from '#core/assert';
import type { AnalyzeTable, InsertStatement, ShowStatement, Statement, StatementSet, UpdateStatement } from '#table/parser/ast-statement';
import { DdlPrinter } from '#table/printer/ddl-printer';
import { identifierText, joinWords, optionText, pathText, stringText } from '#table/printer/sql-text';

const CREATE_KINDS = new Set<Statement['kind']>([
  'create-catalog', 'create-database', 'create-table', 'create-materialized-table', 'create-view', 'create-function', 'create-model', 'create-connection',
]);

type CreateKind = Extract<Statement, { readonly kind: `create-${string}` }>;

export class StatementPrinter extends DdlPrinter {
  statement(statement: Statement): string {
    if (isCreate(statement)) return this.create(statement);
    return this.dataText(statement) ?? this.planText(statement) ?? this.sessionText(statement);
  }

  // ---- data

  private dataText(statement: Statement): string | undefined {
    switch (statement.kind) {
      case 'query':
        return this.query(statement, '\n');
      case 'insert':
        return this.insert(statement);
      case 'update':
        return this.update(statement);
      case 'delete':
        return joinWords(`DELETE FROM ${pathText(statement.table)}`, statement.alias !== undefined && `AS ${identifierText(statement.alias)}`, statement.where !== undefined && `WHERE ${this.expression(statement.where)}`);
      case 'truncate':
        return `TRUNCATE TABLE ${pathText(statement.table)}`;
      case 'drop':
        return this.drop(statement);
      case 'alter':
        return this.alter(statement);
      default:
        return undefined;
    }
  }

  private insert(statement: InsertStatement): string {
    const columns = statement.columns.length > 0 && `(${statement.columns.map(pathText).join(', ')})`;
    const head = joinWords('INSERT', statement.isOverwrite ? 'OVERWRITE' : 'INTO', pathText(statement.table), this.hints(statement.hints), this.partition(statement.partition), columns);
    const conflict = statement.onConflict === undefined ? '' : `\nON CONFLICT DO ${statement.onConflict}`;
    return `${head}\n${this.query(statement.query, '\n')}${conflict}`;
  }

  private update(statement: UpdateStatement): string {
    const assignments = statement.assignments.map(({ column, value }) => `${pathText(column)} = ${this.expression(value)}`);
    const alias = statement.alias !== undefined && `AS ${identifierText(statement.alias)}`;
    return joinWords(`UPDATE ${pathText(statement.table)}`, alias, `SET ${assignments.join(', ')}`, statement.where !== undefined && `WHERE ${this.expression(statement.where)}`);
  }

  private statementSet(set: StatementSet): string {
    return `STATEMENT SET BEGIN\n${set.inserts.map((insert) => `${this.insert(insert)};\n`).join('')}END`;
  }

  // ---- plans

  private planText(statement: Statement): string | undefined {
    switch (statement.kind) {
      case 'statement-set':
        return this.statementSet(statement);
      case 'begin-statement-set':
        return 'BEGIN STATEMENT SET';
      case 'end-statement-set':
        return 'END';
      case 'execute':
        return `EXECUTE ${this.statement(statement.statement)}`;
      case 'explain':
        return joinWords('EXPLAIN', statement.isPlanFor && 'PLAN FOR', statement.details.join(', '), this.statement(statement.statement));
      case 'execute-plan':
        return `EXECUTE PLAN ${stringText(statement.file)}`;
      case 'compile-plan':
        return joinWords(`COMPILE PLAN ${stringText(statement.file)}`, statement.ifNotExists && 'IF NOT EXISTS', `FOR ${this.statement(statement.statement)}`);
      case 'compile-and-execute-plan':
        return `COMPILE AND EXECUTE PLAN ${stringText(statement.file)} FOR ${this.statement(statement.statement)}`;
      default:
        return undefined;
    }
  }

  // ---- session

  private sessionText(statement: Statement): string {
    switch (statement.kind) {
      case 'set':
        return statement.key === undefined || statement.value === undefined ? 'SET' : `SET ${stringText(statement.key)} = ${stringText(statement.value)}`;
      case 'reset':
        return statement.key === undefined ? 'RESET' : `RESET ${stringText(statement.key)}`;
      case 'use':
        return `USE ${statement.object === 'CATALOG' ? 'CATALOG ' : ''}${pathText(statement.name)}`;
      case 'use-modules':
        return `USE MODULES ${statement.modules.map(identifierText).join(', ')}`;
      case 'load-module':
        return joinWords(`LOAD MODULE ${identifierText(statement.module)}`, statement.options.length > 0 && `WITH (${statement.options.map(optionText).join(', ')})`);
      case 'unload-module':
        return `UNLOAD MODULE ${identifierText(statement.module)}`;
      case 'jar':
        return `${statement.action} JAR ${stringText(statement.path)}`;
      case 'shell':
        return statement.command;
      default:
        return this.inquiryText(statement);
    }
  }

  private inquiryText(statement: Statement): string {
    switch (statement.kind) {
      case 'show':
        return this.show(statement);
      case 'show-create':
        return `SHOW CREATE ${statement.object} ${pathText(statement.name)}`;
      case 'describe':
        return joinWords('DESCRIBE', statement.object !== 'TABLE' && statement.object, statement.isExtended && 'EXTENDED', pathText(statement.name));
      case 'describe-job':
        return `DESCRIBE JOB ${stringText(statement.jobId)}`;
      case 'stop-job':
        return joinWords(`STOP JOB ${stringText(statement.jobId)}`, statement.withSavepoint && 'WITH SAVEPOINT', statement.withDrain && 'WITH DRAIN');
      case 'analyze-table':
        return this.analyze(statement);
      case 'call-procedure':
        return `CALL ${this.call(statement.call)}`;
      default:
        return assertNever(statement as never, 'statement');
    }
  }

  private show({ subject, from, like, partition }: ShowStatement): string {
    const source = from === undefined ? undefined : subject === 'PARTITIONS' ? pathText(from.name) : `${from.preposition} ${pathText(from.name)}`;
    const pattern = like === undefined ? undefined : joinWords(like.isNegated && 'NOT', like.operator, stringText(like.pattern));
    return joinWords('SHOW', subject, source, this.partition(partition), pattern);
  }

  private analyze({ table, partition, columns }: AnalyzeTable): string {
    const shown = columns === undefined ? undefined : columns === 'ALL' ? 'FOR ALL COLUMNS' : `FOR COLUMNS ${columns.map(identifierText).join(', ')}`;
    return joinWords('ANALYZE TABLE', pathText(table), this.partition(partition), 'COMPUTE STATISTICS', shown);
  }
}

function isCreate(statement: Statement): statement is CreateKind {
  return CREATE_KINDS.has(statement.kind);
}
