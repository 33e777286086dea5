// The grammar of data types and of interval qualifiers.
import type { BasicTypeName, DataType, RowTypeField } from '#table/parser/ast-data-type';
import type { IntervalQualifier, IntervalUnit } from '#table/parser/ast-expression';
import { TokenCursor } from '#table/parser/token-cursor';

/** Spellings of one word that take no parameters or the usual ones; longer spellings are handled below. */
const TYPE_OF_WORD: ReadonlyMap<string, { readonly name: BasicTypeName; readonly parametersMax: number }> = new Map([
  ['CHAR', { name: 'CHAR', parametersMax: 1 }],
  ['CHARACTER', { name: 'CHAR', parametersMax: 1 }],
  ['VARCHAR', { name: 'VARCHAR', parametersMax: 1 }],
  ['STRING', { name: 'STRING', parametersMax: 0 }],
  ['BINARY', { name: 'BINARY', parametersMax: 1 }],
  ['VARBINARY', { name: 'VARBINARY', parametersMax: 1 }],
  ['BYTES', { name: 'BYTES', parametersMax: 0 }],
  ['BOOLEAN', { name: 'BOOLEAN', parametersMax: 0 }],
  ['DECIMAL', { name: 'DECIMAL', parametersMax: 2 }],
  ['DEC', { name: 'DECIMAL', parametersMax: 2 }],
  ['NUMERIC', { name: 'DECIMAL', parametersMax: 2 }],
  ['TINYINT', { name: 'TINYINT', parametersMax: 0 }],
  ['SMALLINT', { name: 'SMALLINT', parametersMax: 0 }],
  ['INT', { name: 'INT', parametersMax: 0 }],
  ['INTEGER', { name: 'INT', parametersMax: 0 }],
  ['BIGINT', { name: 'BIGINT', parametersMax: 0 }],
  ['FLOAT', { name: 'FLOAT', parametersMax: 0 }],
  ['REAL', { name: 'REAL', parametersMax: 0 }],
  ['DOUBLE', { name: 'DOUBLE', parametersMax: 0 }],
  ['DATE', { name: 'DATE', parametersMax: 0 }],
  ['TIME', { name: 'TIME', parametersMax: 1 }],
  ['TIMESTAMP', { name: 'TIMESTAMP', parametersMax: 1 }],
  ['TIMESTAMP_LTZ', { name: 'TIMESTAMP_LTZ', parametersMax: 1 }],
  ['NULL', { name: 'NULL', parametersMax: 0 }],
  ['ANY', { name: 'ANY', parametersMax: 0 }],
  ['VARIANT', { name: 'VARIANT', parametersMax: 0 }],
  ['BITMAP', { name: 'BITMAP', parametersMax: 0 }],
]);

/** Type names that are no keywords: found where a name stands and no other type fits. */
const TYPE_OF_NAME: ReadonlyMap<string, BasicTypeName> = new Map([['DESCRIPTOR', 'DESCRIPTOR']]);

const INTERVAL_UNITS: readonly IntervalUnit[] = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];

const UNIT_OF_WORD: ReadonlyMap<string, IntervalUnit> = new Map(INTERVAL_UNITS.flatMap((unit) => [[unit, unit], [`${unit}S`, unit]]));

export class DataTypeParser extends TokenCursor {
  /** A type with its nullability: `ARRAY<INT NOT NULL> NOT NULL`, `INT ARRAY`. */
  protected dataType(): DataType {
    const { start } = this.token;
    let type = this.typeWithoutNullability(start);
    for (;;) {
      const isNullable = this.nullabilityBeforeCollection();
      if (isNullable === 'none') break;
      // `INT NOT NULL ARRAY`: the words before ARRAY are the element's.
      const element = isNullable === undefined ? type : { ...type, isNullable, span: this.spanFrom(start) };
      const collection = this.expectOneOf(['ARRAY', 'MULTISET']);
      type = { kind: 'collection-type', span: this.spanFrom(start), isNullable: undefined, collection, element };
    }
    const isNullable = this.acceptNullability();
    return isNullable === undefined ? type : { ...type, isNullable, span: this.spanFrom(start) };
  }

  /** `NULL` or `NOT NULL` where it stands. */
  protected acceptNullability(): boolean | undefined {
    if (this.accept('NULL')) return true;
    return this.acceptSequence('NOT', 'NULL') ? false : undefined;
  }

  /** What stands before an ARRAY or MULTISET behind a type; 'none' where neither of these follows. */
  private nullabilityBeforeCollection(): boolean | undefined | 'none' {
    const wordsBefore = this.token.upper === 'NULL' ? 1 : this.token.upper === 'NOT' && this.peek(1).upper === 'NULL' ? 2 : 0;
    const next = this.peek(wordsBefore).upper;
    if (next !== 'ARRAY' && next !== 'MULTISET') return 'none';
    return this.acceptNullability();
  }

  protected typeWithoutNullability(start: number): DataType {
    switch (this.token.upper) {
      case 'ARRAY':
      case 'MULTISET':
        return this.collectionType(start);
      case 'MAP':
        if (this.peek(1).upper === '<') return this.mapType(start);
        break;
      case 'ROW':
        return this.rowType(start);
      case 'STRUCTURED':
        return this.structuredType(start);
      case 'RAW':
        return this.rawType(start);
      case 'INTERVAL':
        this.advance();
        return { kind: 'interval-type', qualifier: this.intervalQualifier(), span: this.spanFrom(start), isNullable: undefined };
      default:
    }
    return this.basicOrNamedType(start);
  }

  private basicOrNamedType(start: number): DataType {
    const basic = TYPE_OF_WORD.get(this.token.upper);
    if (basic !== undefined) {
      this.advance();
      return this.basicType(start, basic.name, basic.parametersMax);
    }
    const named = this.peek(1).upper === '.' ? undefined : TYPE_OF_NAME.get(this.token.upper);
    if (named !== undefined) {
      this.advance();
      return { kind: 'basic-type', name: named, parameters: [], span: this.spanFrom(start), isNullable: undefined };
    }
    this.note('a data type');
    if (!this.isIdentifierToken(this.token)) this.fail();
    const path = this.expectPath();
    return { kind: 'named-type', path, span: this.spanFrom(start), isNullable: undefined };
  }

  private basicType(start: number, word: BasicTypeName, parametersMax: number): DataType {
    let name = word;
    if (name === 'DOUBLE') this.accept('PRECISION');
    if ((name === 'CHAR' || name === 'BINARY') && this.accept('VARYING')) name = name === 'CHAR' ? 'VARCHAR' : 'VARBINARY';
    const parameters = parametersMax > 0 && this.is('(') ? this.parenthesised(() => this.expectInteger()) : [];
    if (parameters.length > parametersMax) this.failAt(this.spanFrom(start), `The type ${name} takes at most ${parametersMax === 1 ? 'one parameter' : `${parametersMax} parameters`}, and has ${parameters.length}`);
    if (name === 'TIME') this.acceptSequence('WITHOUT', 'TIME', 'ZONE');
    if (name === 'TIMESTAMP') name = this.timestampZone();
    return { kind: 'basic-type', name, parameters, span: this.spanFrom(start), isNullable: undefined };
  }

  private timestampZone(): BasicTypeName {
    if (this.acceptSequence('WITHOUT', 'TIME', 'ZONE')) return 'TIMESTAMP';
    if (this.acceptSequence('WITH', 'LOCAL', 'TIME', 'ZONE')) return 'TIMESTAMP_LTZ';
    return this.acceptSequence('WITH', 'TIME', 'ZONE') ? 'TIMESTAMP_TZ' : 'TIMESTAMP';
  }

  private collectionType(start: number): DataType {
    const collection = this.expectOneOf(['ARRAY', 'MULTISET']);
    this.expect('<');
    const element = this.dataType();
    this.expect('>');
    return { kind: 'collection-type', collection, element, span: this.spanFrom(start), isNullable: undefined };
  }

  private mapType(start: number): DataType {
    this.expectSequence('MAP', '<');
    const key = this.dataType();
    this.expect(',');
    const value = this.dataType();
    this.expect('>');
    return { kind: 'map-type', key, value, span: this.spanFrom(start), isNullable: undefined };
  }

  private rowType(start: number): DataType {
    this.expect('ROW');
    // `ROW<>` is read as the symbol for "unequal".
    const fields = this.accept('<>') ? [] : this.accept('(') ? this.rowFields(')') : (this.expect('<'), this.rowFields('>'));
    return { kind: 'row-type', fields, span: this.spanFrom(start), isNullable: undefined };
  }

  private rowFields(close: '>' | ')'): RowTypeField[] {
    if (this.accept(close)) return [];
    const fields = this.list(() => this.rowField());
    this.expect(close);
    return fields;
  }

  private rowField(): RowTypeField {
    const { start } = this.token;
    const name = this.expectIdentifier();
    const type = this.dataType();
    const comment = this.isString() ? this.expectString() : undefined;
    return { kind: 'row-type-field', span: this.spanFrom(start), name, type, comment };
  }

  private structuredType(start: number): DataType {
    this.expectSequence('STRUCTURED', '<');
    const className = this.expectString();
    const fields = this.accept(',') ? this.list(() => this.rowField()) : [];
    this.expect('>');
    return { kind: 'structured-type', className, fields, span: this.spanFrom(start), isNullable: undefined };
  }

  private rawType(start: number): DataType {
    this.expectSequence('RAW', '(');
    const className = this.expectString();
    this.expect(',');
    const serializer = this.expectString();
    this.expect(')');
    return { kind: 'raw-type', className, serializer, span: this.spanFrom(start), isNullable: undefined };
  }

  // ---- intervals

  protected isIntervalUnit(): boolean {
    if (UNIT_OF_WORD.has(this.token.upper)) return true;
    this.note('a time unit');
    return false;
  }

  /** `DAY`, `DAY(3) TO SECOND(6)`, `SECOND(2, 3)`; a unit may be in the plural. */
  protected intervalQualifier(): IntervalQualifier {
    const { start } = this.token;
    const from = this.intervalUnit();
    let precision: number | undefined;
    let fractionPrecision: number | undefined;
    if (this.accept('(')) {
      precision = this.expectInteger();
      if (from === 'SECOND' && this.accept(',')) fractionPrecision = this.expectInteger();
      this.expect(')');
    }
    const to = this.accept('TO') ? this.intervalUnit() : undefined;
    if (to !== undefined && !isRangeOfUnits(from, to)) this.failAt(this.spanFrom(start), `An interval of ${from} TO ${to} does not exist`, 'Use YEAR TO MONTH, or a range of DAY, HOUR, MINUTE and SECOND.');
    if (to === 'SECOND' && this.accept('(')) {
      fractionPrecision = this.expectInteger();
      this.expect(')');
    }
    return { kind: 'interval-qualifier', span: this.spanFrom(start), from, to, precision, fractionPrecision };
  }

  private intervalUnit(): IntervalUnit {
    if (!this.isIntervalUnit()) this.fail();
    return UNIT_OF_WORD.get(this.advance().upper)!;
  }
}

function isRangeOfUnits(from: IntervalUnit, to: IntervalUnit): boolean {
  if (from === 'YEAR') return to === 'MONTH';
  const clock: readonly IntervalUnit[] = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
  return clock.includes(from) && clock.indexOf(to) > clock.indexOf(from);
}
