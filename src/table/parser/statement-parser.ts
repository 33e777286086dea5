// The grammar of statements: which words begin which, changes of data, plans and statement sets.
import { EXPLAIN_DETAILS, type ExecuteStatement, type ExplainDetail, type ExplainStatement, type InsertStatement, type ShellStatement, type Statement, type StatementSet, type UpdateStatement } from '#table/parser/ast-statement';
import type { DataType } from '#table/parser/ast-data-type';
import type { CreateTable } from '#table/parser/ast-ddl';
import type { Expression } from '#table/parser/ast-expression';
import { STATEMENT_WORDS } from '#table/parser/keywords';
import { SessionParser } from '#table/parser/session-parser';
import { TOKEN } from '#table/parser/token';

type Planned = InsertStatement | StatementSet;

export class StatementParser extends SessionParser {
  // ---- whole texts

  /** One statement, with or without a semicolon behind it, and nothing else. */
  parseStatement(): Statement {
    const statement = this.statement();
    while (this.accept(';'));
    this.expectEnd();
    return statement;
  }

  parseExpression(): Expression {
    const expression = this.expression();
    this.expectEnd();
    return expression;
  }

  parseDataType(): DataType {
    const type = this.dataType();
    this.expectEnd();
    return type;
  }

  private expectEnd(): void {
    if (this.token.kind === TOKEN.end) return;
    this.note('the end of the statement');
    this.fail();
  }

  private statement(): Statement {
    return this.queryOrChange() ?? this.schemaStatement() ?? this.sessionStatement() ?? this.unknownStatement();
  }

  private queryOrChange(): Statement | undefined {
    switch (this.token.upper) {
      case 'SELECT':
      case 'WITH':
      case 'VALUES':
      case 'TABLE':
      case '(':
        return this.query();
      case 'INSERT':
        return this.insert();
      case 'UPDATE':
        return this.update();
      case 'DELETE':
        return this.delete();
      case 'EXECUTE':
        return this.execute();
      case 'EXPLAIN':
        return this.explain();
      case 'COMPILE':
        return this.compile();
      case 'BEGIN':
        return this.beginStatementSet();
      case 'STATEMENT':
        return this.statementSet();
      case 'END':
        return this.endStatementSet();
      default:
        return undefined;
    }
  }

  private schemaStatement(): Statement | undefined {
    switch (this.token.upper) {
      case 'CREATE':
        return this.create();
      case 'REPLACE':
        return this.createTable(this.advance().start, 'replace', false);
      case 'ALTER':
        return this.alter();
      case 'DROP':
        return this.drop();
      case 'TRUNCATE':
        return this.truncate();
      case 'ANALYZE':
        return this.analyze();
      default:
        return undefined;
    }
  }

  private sessionStatement(): Statement | undefined {
    switch (this.token.upper) {
      case 'SET':
        return this.set();
      case 'RESET':
        return this.reset();
      case 'USE':
        return this.use();
      case 'SHOW':
        return this.show();
      case 'DESCRIBE':
      case 'DESC':
        return this.describe();
      case 'LOAD':
        return this.loadModule();
      case 'UNLOAD':
        return this.unloadModule();
      case 'ADD':
      case 'REMOVE':
        return this.jar();
      case 'STOP':
        return this.stopJob();
      case 'CALL':
        return this.callProcedure();
      case 'HELP':
      case 'CLEAR':
      case 'QUIT':
      case 'EXIT':
        return this.shellStatement();
      default:
        return undefined;
    }
  }

  private shellStatement(): ShellStatement {
    const { upper, start, end } = this.advance();
    return { kind: 'shell', span: { start, end }, command: upper as ShellStatement['command'] };
  }

  private unknownStatement(): never {
    for (const word of STATEMENT_WORDS) this.note(word);
    this.fail();
  }

  // ---- data

  private insert(): InsertStatement {
    const { start } = this.expect('INSERT');
    const isOverwrite = this.expectOneOf(['INTO', 'OVERWRITE']) === 'OVERWRITE';
    const table = this.expectPath();
    const hints = this.acceptHints();
    const partition = this.acceptPartition();
    const columns = this.is('(') && this.isIdentifierToken(this.peek(1)) ? this.parenthesised(() => this.expectPath()) : [];
    const query = this.query();
    const onConflict = this.acceptOnConflict();
    return { kind: 'insert', span: this.spanFrom(start), isOverwrite, table, hints, partition, columns, query, onConflict };
  }

  private acceptOnConflict(): InsertStatement['onConflict'] {
    if (!this.acceptSequence('ON', 'CONFLICT')) return undefined;
    this.expect('DO');
    return this.expectOneOf(['ERROR', 'NOTHING', 'DEDUPLICATE']);
  }

  private update(): UpdateStatement {
    const { start } = this.expect('UPDATE');
    const table = this.expectPath();
    const alias = this.accept('AS') || this.isIdentifier() ? this.expectIdentifier() : undefined;
    this.expect('SET');
    const assignments = this.list(() => this.assignment());
    const where = this.accept('WHERE') ? this.expression() : undefined;
    return { kind: 'update', span: this.spanFrom(start), table, alias, assignments, where };
  }

  private assignment(): UpdateStatement['assignments'][number] {
    const column = this.expectPath();
    this.expect('=');
    return { column, value: this.expression() };
  }

  private delete(): Statement {
    const { start } = this.expect('DELETE');
    this.expect('FROM');
    const table = this.expectPath();
    const alias = this.accept('AS') || this.isIdentifier() ? this.expectIdentifier() : undefined;
    const where = this.accept('WHERE') ? this.expression() : undefined;
    return { kind: 'delete', span: this.spanFrom(start), table, alias, where };
  }

  private truncate(): Statement {
    const { start } = this.expect('TRUNCATE');
    this.expect('TABLE');
    return { kind: 'truncate', table: this.expectPath(), span: this.spanFrom(start) };
  }

  // ---- statement sets

  private beginStatementSet(): Statement {
    const { start } = this.expect('BEGIN');
    this.expectSequence('STATEMENT', 'SET');
    return { kind: 'begin-statement-set', span: this.spanFrom(start) };
  }

  private endStatementSet(): Statement {
    const { start } = this.expect('END');
    return { kind: 'end-statement-set', span: this.spanFrom(start) };
  }

  /** `STATEMENT SET BEGIN insert; ... END` */
  private statementSet(): StatementSet {
    const { start } = this.expect('STATEMENT');
    this.expectSequence('SET', 'BEGIN');
    const inserts: InsertStatement[] = [];
    while (!this.is('END') || inserts.length === 0) {
      inserts.push(this.insert());
      this.expect(';');
    }
    this.expect('END');
    return { kind: 'statement-set', span: this.spanFrom(start), inserts };
  }

  private plannedStatement(): Planned {
    return this.is('STATEMENT') ? this.statementSet() : this.insert();
  }

  private execute(): Statement {
    const { start } = this.expect('EXECUTE');
    if (this.accept('PLAN')) return { kind: 'execute-plan', file: this.expectString(), span: this.spanFrom(start) };
    return this.executed(start);
  }

  /** Behind EXECUTE. */
  private executed(start: number): ExecuteStatement {
    const statement = this.is('STATEMENT') || this.is('INSERT') ? this.plannedStatement() : this.query();
    return { kind: 'execute', span: this.spanFrom(start), statement };
  }

  // ---- plans

  private explain(): ExplainStatement {
    const { start } = this.expect('EXPLAIN');
    const isPlanFor = this.acceptSequence('PLAN', 'FOR');
    const details = isPlanFor ? [] : this.explainDetails();
    const statement = this.explainedStatement();
    return { kind: 'explain', span: this.spanFrom(start), details, isPlanFor, statement };
  }

  private explainDetails(): ExplainDetail[] {
    const first = this.acceptOneOf(EXPLAIN_DETAILS);
    if (first === undefined) return [];
    const details = [first];
    while (this.accept(',')) details.push(this.expectOneOf(EXPLAIN_DETAILS));
    return details;
  }

  private explainedStatement(): ExplainStatement['statement'] {
    switch (this.token.upper) {
      case 'INSERT':
        return this.insert();
      case 'STATEMENT':
        return this.statementSet();
      case 'UPDATE':
        return this.update();
      case 'DELETE':
        return this.delete() as ExplainStatement['statement'];
      case 'EXECUTE':
        return this.executed(this.advance().start);
      case 'CREATE':
      case 'REPLACE':
        return this.explainedCreate();
      default:
        this.note('INSERT');
        return this.query();
    }
  }

  /** Of all that CREATE makes only a table from a query has a plan. */
  private explainedCreate(): CreateTable {
    const { start } = this.token;
    const statement = this.token.upper === 'CREATE' ? this.create() : this.createTable(this.advance().start, 'replace', false);
    if (statement.kind !== 'create-table' || statement.query === undefined) {
      this.failAt(this.spanFrom(start), 'SQL parse failed. EXPLAIN of a CREATE that runs no query', 'Only CREATE TABLE ... AS SELECT can be explained.');
    }
    return statement;
  }

  private compile(): Statement {
    const { start } = this.expect('COMPILE');
    const isExecuted = this.acceptSequence('AND', 'EXECUTE');
    this.expect('PLAN');
    const file = this.expectString();
    const ifNotExists = !isExecuted && this.acceptIfNotExists();
    this.expect('FOR');
    const statement = this.plannedStatement();
    if (isExecuted) return { kind: 'compile-and-execute-plan', span: this.spanFrom(start), file, statement };
    return { kind: 'compile-plan', span: this.spanFrom(start), file, ifNotExists, statement };
  }
}
