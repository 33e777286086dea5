// The grammar of statements about session, catalog and jobs: SET, USE, SHOW, DESCRIBE, LOAD, STOP and the like.
import type { ObjectPath } from '#table/parser/ast-node';
import type { AnalyzeTable, DescribeStatement, ShowCreateStatement, ShowStatement, ShowSubject, Statement } from '#table/parser/ast-statement';
import { AlterParser } from '#table/parser/alter-parser';
import { TOKEN } from '#table/parser/token';

/** Subjects of one word. */
const SHOW_SUBJECTS = ['CATALOGS', 'DATABASES', 'TABLES', 'VIEWS', 'COLUMNS', 'PARTITIONS', 'FUNCTIONS', 'PROCEDURES', 'MODULES', 'JARS', 'JOBS', 'MODELS', 'CONNECTIONS'] as const;

const WITH_FROM = new Set<ShowSubject>(['DATABASES', 'TABLES', 'VIEWS', 'MATERIALIZED TABLES', 'FUNCTIONS', 'USER FUNCTIONS', 'PROCEDURES', 'MODELS', 'CONNECTIONS']);
const WITH_LIKE = new Set<ShowSubject>(['CATALOGS', 'COLUMNS', ...WITH_FROM]);

const DESCRIBED = ['CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION'] as const;

export abstract class SessionParser extends AlterParser {
  // ---- settings

  protected set(): Statement {
    const { start } = this.expect('SET');
    if (this.token.kind === TOKEN.end || this.token.upper === ';') return { kind: 'set', span: this.spanFrom(start), key: undefined, value: undefined };
    if (this.token.kind === TOKEN.word || this.token.kind === TOKEN.quotedWord) {
      this.failAt(this.token, 'SQL parse failed. Key without quotes', "Keys and values are strings: SET 'key' = 'value'.");
    }
    const { key, value } = this.option();
    return { kind: 'set', span: this.spanFrom(start), key, value };
  }

  protected reset(): Statement {
    const { start } = this.expect('RESET');
    const isBare = this.token.kind === TOKEN.end || this.token.upper === ';';
    const key = isBare ? undefined : this.expectString();
    return { kind: 'reset', span: this.spanFrom(start), key };
  }

  protected use(): Statement {
    const { start } = this.expect('USE');
    if (this.accept('MODULES')) return { kind: 'use-modules', modules: this.list(() => this.expectIdentifier()), span: this.spanFrom(start) };
    const isCatalog = this.isIdentifierToken(this.peek(1)) && this.accept('CATALOG');
    return { kind: 'use', object: isCatalog ? 'CATALOG' : 'DATABASE', name: this.expectPath(), span: this.spanFrom(start) };
  }

  protected loadModule(): Statement {
    const { start } = this.expect('LOAD');
    this.expect('MODULE');
    const module = this.expectIdentifier();
    return { kind: 'load-module', module, options: this.acceptOptions(), span: this.spanFrom(start) };
  }

  protected unloadModule(): Statement {
    const { start } = this.expect('UNLOAD');
    this.expect('MODULE');
    return { kind: 'unload-module', module: this.expectIdentifier(), span: this.spanFrom(start) };
  }

  protected jar(): Statement {
    const { start } = this.token;
    const action = this.expectOneOf(['ADD', 'REMOVE']);
    this.expect('JAR');
    return { kind: 'jar', action, path: this.expectString(), span: this.spanFrom(start) };
  }

  // ---- SHOW

  protected show(): ShowStatement | ShowCreateStatement {
    const { start } = this.expect('SHOW');
    if (this.accept('CREATE')) return this.showCreate(start);
    const subject = this.showSubject();
    const from = this.showFrom(subject);
    const partition = subject === 'PARTITIONS' ? this.acceptPartition() : [];
    const like = WITH_LIKE.has(subject) ? this.showLike() : undefined;
    return { kind: 'show', span: this.spanFrom(start), subject, from, like, partition };
  }

  private showCreate(start: number): ShowCreateStatement {
    let object: ShowCreateStatement['object'];
    if (this.accept('MATERIALIZED')) {
      this.expect('TABLE');
      object = 'MATERIALIZED TABLE';
    } else {
      object = this.expectOneOf(['TABLE', 'VIEW', 'CATALOG', 'MODEL', 'CONNECTION']);
    }
    return { kind: 'show-create', object, name: this.expectPath(), span: this.spanFrom(start) };
  }

  private showSubject(): ShowSubject {
    if (this.accept('CURRENT')) return this.expectOneOf(['CATALOG', 'DATABASE']) === 'CATALOG' ? 'CURRENT CATALOG' : 'CURRENT DATABASE';
    if (this.acceptSequence('USER', 'FUNCTIONS')) return 'USER FUNCTIONS';
    if (this.acceptSequence('FULL', 'MODULES')) return 'FULL MODULES';
    if (this.acceptSequence('MATERIALIZED', 'TABLES')) return 'MATERIALIZED TABLES';
    return this.expectOneOf(SHOW_SUBJECTS);
  }

  private showFrom(subject: ShowSubject): ShowStatement['from'] {
    if (subject === 'PARTITIONS') return { preposition: 'FROM', name: this.expectPath() };
    if (subject === 'COLUMNS') return { preposition: this.expectOneOf(['FROM', 'IN']), name: this.expectPath() };
    if (!WITH_FROM.has(subject)) return undefined;
    const preposition = this.acceptOneOf(['FROM', 'IN']);
    return preposition === undefined ? undefined : { preposition, name: this.expectPath() };
  }

  private showLike(): ShowStatement['like'] {
    const isNegated = this.accept('NOT');
    const operator = this.acceptOneOf(['LIKE', 'ILIKE']);
    if (operator !== undefined) return { isNegated, operator, pattern: this.expectString() };
    if (isNegated) this.fail();
    return undefined;
  }

  // ---- DESCRIBE

  protected describe(): Statement {
    const { start } = this.token;
    this.expectOneOf(['DESCRIBE', 'DESC']);
    if (this.peek(1).kind === TOKEN.string && this.accept('JOB')) return { kind: 'describe-job', jobId: this.expectString(), span: this.spanFrom(start) };
    const object = this.describedObject();
    const isExtended = this.accept('EXTENDED');
    return { kind: 'describe', object, isExtended, name: object === 'FUNCTION' ? this.functionPath() : this.expectPath(), span: this.spanFrom(start) };
  }

  /** Functions of the system bear reserved words: UPPER. */
  private functionPath(): ObjectPath {
    if (this.token.kind !== TOKEN.word || this.isIdentifierToken(this.token)) return this.expectPath();
    const { text, start, end } = this.advance();
    return { kind: 'object-path', span: { start, end }, parts: [{ kind: 'identifier', span: { start, end }, name: text, isQuoted: false }] };
  }

  /** A word like CATALOG is the kind of object where a name follows; alone it is the name of a table. */
  private describedObject(): DescribeStatement['object'] {
    const next = this.peek(1);
    const isFunction = this.token.upper === 'FUNCTION' && next.kind === TOKEN.word;
    if (!this.isIdentifierToken(next) && next.upper !== 'EXTENDED' && !isFunction) {
      this.note('CATALOG');
      return 'TABLE';
    }
    return this.acceptOneOf(DESCRIBED) ?? 'TABLE';
  }

  // ---- jobs, statistics, procedures

  protected stopJob(): Statement {
    const { start } = this.expect('STOP');
    this.expect('JOB');
    const jobId = this.expectString();
    const first = this.accept('WITH') ? this.expectOneOf(['SAVEPOINT', 'DRAIN']) : undefined;
    const withSavepoint = first === 'SAVEPOINT';
    const withDrain = first === 'DRAIN' || (withSavepoint && this.acceptPair('WITH', 'DRAIN'));
    return { kind: 'stop-job', span: this.spanFrom(start), jobId, withSavepoint, withDrain };
  }

  protected analyze(): AnalyzeTable {
    const { start } = this.expect('ANALYZE');
    this.expect('TABLE');
    const table = this.expectPath();
    const partition = this.acceptPartition();
    this.expectSequence('COMPUTE', 'STATISTICS');
    const columns = this.accept('FOR') ? this.analyzedColumns() : undefined;
    return { kind: 'analyze-table', span: this.spanFrom(start), table, partition, columns };
  }

  private analyzedColumns(): AnalyzeTable['columns'] {
    if (this.acceptSequence('ALL', 'COLUMNS')) return 'ALL';
    this.expect('COLUMNS');
    return this.list(() => this.expectIdentifier());
  }

  protected callProcedure(): Statement {
    const { start } = this.expect('CALL');
    const nameStart = this.token.start;
    const call = this.callOf(nameStart, this.expectPath());
    return { kind: 'call-procedure', call, span: this.spanFrom(start) };
  }
}
