// The grammar of CREATE, REPLACE and DROP.
import {
  FUNCTION_LANGUAGES, LIKE_FEATURES, START_MODES, type CreateMaterializedTable, type CreateModel, type CreateStatement, type CreateTable, type CreateView, type DropObject, type FunctionLanguage,
  type FunctionResource, type ObjectKind, type PhysicalColumn, type StartMode, type TableElement, type TableLike, type TableLikeOption,
} from '#table/parser/ast-ddl';
import type { IntervalExpression, IntervalLiteral } from '#table/parser/ast-expression';
import { TableElementParser } from '#table/parser/table-element-parser';

/** Words between CREATE and the kind of object. */
interface CreateModifiers {
  readonly isOrReplace: boolean;
  readonly isOrAlter: boolean;
  readonly isTemporary: boolean;
  readonly isSystem: boolean;
}

export abstract class CreateParser extends TableElementParser {
  protected create(): CreateStatement {
    const { start } = this.expect('CREATE');
    const isOrReplace = this.acceptSequence('OR', 'REPLACE');
    const isOrAlter = !isOrReplace && this.acceptSequence('OR', 'ALTER');
    const isTemporary = this.accept('TEMPORARY');
    const isSystem = isTemporary && this.accept('SYSTEM');
    const modifiers: CreateModifiers = { isOrReplace, isOrAlter, isTemporary, isSystem };
    if (isOrAlter) return this.createMaterializedTable(start, modifiers);
    if (isSystem) return this.is('CONNECTION') ? this.createConnection(start, modifiers) : this.createFunction(start, modifiers);
    if (this.is('TABLE')) return this.createTable(start, isOrReplace ? 'create-or-replace' : 'create', isTemporary);
    if (this.is('VIEW')) return this.createView(start, modifiers);
    if (isOrReplace) this.fail();
    if (this.is('FUNCTION')) return this.createFunction(start, modifiers);
    if (this.is('MODEL')) return this.createModel(start, modifiers);
    if (this.is('CONNECTION')) return this.createConnection(start, modifiers);
    if (isTemporary) this.fail();
    if (this.is('MATERIALIZED')) return this.createMaterializedTable(start, modifiers);
    if (this.is('DATABASE')) return this.createDatabase(start);
    return this.createCatalog(start);
  }

  protected acceptIfNotExists(): boolean {
    return this.acceptSequence('IF', 'NOT', 'EXISTS');
  }

  protected acceptIfExists(): boolean {
    return this.acceptSequence('IF', 'EXISTS');
  }

  private createCatalog(start: number): CreateStatement {
    this.expect('CATALOG');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectIdentifier();
    const comment = this.acceptComment();
    const options = this.acceptOptions();
    return { kind: 'create-catalog', span: this.spanFrom(start), name, ifNotExists, comment, options };
  }

  private createDatabase(start: number): CreateStatement {
    this.expect('DATABASE');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    const comment = this.acceptComment();
    const options = this.acceptOptions();
    return { kind: 'create-database', span: this.spanFrom(start), name, ifNotExists, comment, options };
  }

  // ---- tables

  /** Behind CREATE, CREATE OR REPLACE or REPLACE. */
  protected createTable(start: number, action: CreateTable['action'], isTemporary: boolean): CreateTable {
    this.expect('TABLE');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    const elements = this.acceptElements();
    const comment = this.acceptComment();
    const distribution = this.acceptDistribution();
    const partitionedBy = this.acceptPartitionedBy();
    const options = this.acceptOptions();
    const like = this.is('LIKE') ? this.tableLike() : undefined;
    const query = like === undefined && this.accept('AS') ? this.query() : undefined;
    return { kind: 'create-table', span: this.spanFrom(start), name, action, isTemporary, ifNotExists, elements, comment, distribution, partitionedBy, options, like, query };
  }

  private acceptElements(): TableElement[] {
    return this.is('(') ? this.parenthesised(() => this.tableElement()) : [];
  }

  private tableLike(): TableLike {
    const { start } = this.expect('LIKE');
    const source = this.expectPath();
    const options: TableLikeOption[] = [];
    if (this.accept('(')) {
      while (!this.is(')') || options.length === 0) options.push(this.tableLikeOption());
      this.expect(')');
    }
    return { kind: 'table-like', span: this.spanFrom(start), source, options };
  }

  private tableLikeOption(): TableLikeOption {
    const { start } = this.token;
    const strategy = this.expectOneOf(['INCLUDING', 'EXCLUDING', 'OVERWRITING']);
    const feature = this.expectOneOf(LIKE_FEATURES);
    return { kind: 'table-like-option', span: this.spanFrom(start), strategy, feature };
  }

  private createMaterializedTable(start: number, modifiers: CreateModifiers): CreateMaterializedTable {
    this.expectSequence('MATERIALIZED', 'TABLE');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    const elements = this.acceptElements();
    const comment = this.acceptComment();
    const distribution = this.acceptDistribution();
    const partitionedBy = this.acceptPartitionedBy();
    const options = this.acceptOptions();
    const freshness = this.accept('FRESHNESS') ? this.freshnessValue() : undefined;
    const refreshMode = this.accept('REFRESH_MODE') ? this.refreshModeValue() : undefined;
    const startMode = this.acceptStartMode();
    this.expect('AS');
    const query = this.query();
    return {
      kind: 'create-materialized-table', span: this.spanFrom(start), name, isOrAlter: modifiers.isOrAlter, ifNotExists, elements, comment, distribution, partitionedBy, options, freshness, refreshMode,
      startMode, query,
    };
  }

  /** `= INTERVAL '1' HOUR` */
  protected freshnessValue(): IntervalLiteral | IntervalExpression {
    this.expect('=');
    const interval = this.primary();
    if (interval.kind !== 'interval-literal' && interval.kind !== 'interval-expression') this.failAt(interval.span, 'MATERIALIZED table FRESHNESS only support Interval Type', "Write FRESHNESS = INTERVAL '5' MINUTE.");
    return interval;
  }

  protected refreshModeValue(): 'FULL' | 'CONTINUOUS' {
    this.expect('=');
    return this.expectOneOf(['FULL', 'CONTINUOUS']);
  }

  protected acceptStartMode(): StartMode | undefined {
    const { start } = this.token;
    if (!this.accept('START_MODE')) return undefined;
    this.expect('=');
    const mode = this.expectOneOf(START_MODES);
    const argument = this.accept('(') ? this.expression() : undefined;
    if (argument !== undefined) this.expect(')');
    return { kind: 'start-mode', span: this.spanFrom(start), mode, argument };
  }

  private createView(start: number, { isOrReplace, isTemporary }: CreateModifiers): CreateView {
    this.expect('VIEW');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    const columns = this.is('(') ? this.identifierList() : [];
    const comment = this.acceptComment();
    this.expect('AS');
    const query = this.query();
    return { kind: 'create-view', span: this.spanFrom(start), name, isOrReplace, isTemporary, ifNotExists, columns, comment, query };
  }

  // ---- functions, models, connections

  private createFunction(start: number, { isTemporary, isSystem }: CreateModifiers): CreateStatement {
    this.expect('FUNCTION');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    this.expect('AS');
    const identifier = this.expectString();
    const language = this.acceptLanguage();
    const resources = this.acceptResources();
    const options = this.acceptOptions();
    return { kind: 'create-function', span: this.spanFrom(start), name, isTemporary, isSystem, ifNotExists, identifier, language, resources, options };
  }

  protected acceptLanguage(): FunctionLanguage | undefined {
    return this.accept('LANGUAGE') ? this.expectOneOf(FUNCTION_LANGUAGES) : undefined;
  }

  /** `USING JAR 'a', JAR 'b'` where it stands. */
  protected acceptResources(): FunctionResource[] {
    return this.accept('USING') ? this.list(() => this.functionResource()) : [];
  }

  private functionResource(): FunctionResource {
    const { start } = this.token;
    const resource = this.expectOneOf(['JAR', 'FILE', 'ARTIFACT']);
    const path = this.expectString();
    return { kind: 'function-resource', span: this.spanFrom(start), resource, path };
  }

  private createModel(start: number, { isTemporary }: CreateModifiers): CreateModel {
    this.expect('MODEL');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    const input = this.accept('INPUT') ? this.parenthesised(() => this.modelColumn()) : [];
    const output = this.accept('OUTPUT') ? this.parenthesised(() => this.modelColumn()) : [];
    const comment = this.acceptComment();
    const options = this.acceptOptions();
    const query = this.accept('AS') ? this.query() : undefined;
    return { kind: 'create-model', span: this.spanFrom(start), name, isTemporary, ifNotExists, input, output, comment, options, query };
  }

  private modelColumn(): PhysicalColumn {
    const { start } = this.token;
    const name = this.expectIdentifier();
    const type = this.dataType();
    const comment = this.acceptComment();
    return { kind: 'physical-column', span: this.spanFrom(start), name, type, constraint: undefined, comment };
  }

  private createConnection(start: number, { isTemporary, isSystem }: CreateModifiers): CreateStatement {
    this.expect('CONNECTION');
    const ifNotExists = this.acceptIfNotExists();
    const name = this.expectPath();
    const comment = this.acceptComment();
    const options = this.acceptOptions();
    return { kind: 'create-connection', span: this.spanFrom(start), name, isTemporary, isSystem, ifNotExists, comment, options };
  }

  // ---- DROP

  protected drop(): DropObject {
    const { start } = this.expect('DROP');
    const isTemporary = this.accept('TEMPORARY');
    const isSystem = isTemporary && this.accept('SYSTEM');
    const object = this.objectKind();
    const ifExists = this.acceptIfExists();
    const name = this.expectPath();
    const behavior = object === 'DATABASE' ? this.acceptOneOf(['RESTRICT', 'CASCADE']) : undefined;
    return { kind: 'drop', span: this.spanFrom(start), object, name, isTemporary, isSystem, ifExists, behavior };
  }

  protected objectKind(): ObjectKind {
    if (!this.accept('MATERIALIZED')) return this.expectOneOf(['CATALOG', 'DATABASE', 'TABLE', 'VIEW', 'FUNCTION', 'MODEL', 'CONNECTION']);
    this.expect('TABLE');
    return 'MATERIALIZED TABLE';
  }
}
