// The grammar of the JSON functions with clauses: RETURNING, wrappers, ON EMPTY, ON ERROR, ON NULL.
import type { Expression } from '#table/parser/ast-expression';
import type { JsonEntry, JsonErrorBehavior, JsonNullClause, JsonWrapper } from '#table/parser/ast-json';
import { SpecialCallParser } from '#table/parser/special-call-parser';

const EXISTS_BEHAVIORS = ['TRUE', 'FALSE', 'UNKNOWN', 'ERROR'] as const;
const VALUE_BEHAVIORS = ['NULL', 'ERROR'] as const;

export abstract class JsonFunctionParser extends SpecialCallParser {
  /** The JSON function that begins at the next word, or undefined where it is none. */
  protected acceptJsonFunction(): Expression | undefined {
    const { start, upper } = this.token;
    if (!upper.startsWith('JSON_') || this.peek(1).upper !== '(') return undefined;
    switch (upper) {
      case 'JSON_EXISTS':
        return this.jsonExists(start);
      case 'JSON_VALUE':
        return this.jsonValue(start);
      case 'JSON_QUERY':
        return this.jsonQuery(start);
      case 'JSON_OBJECT':
      case 'JSON_OBJECTAGG':
        return this.jsonObject(start, upper === 'JSON_OBJECTAGG');
      case 'JSON_ARRAY':
      case 'JSON_ARRAYAGG':
        return this.jsonArray(start, upper === 'JSON_ARRAYAGG');
      default:
        return undefined;
    }
  }

  // ---- reading JSON

  private inputAndPath(): { readonly input: Expression; readonly path: Expression } {
    this.advance();
    this.expect('(');
    const input = this.expression();
    this.expect(',');
    return { input, path: this.expression() };
  }

  private jsonExists(start: number): Expression {
    const { input, path } = this.inputAndPath();
    const behaviorStart = this.token.start;
    const behavior = this.acceptOneOf(EXISTS_BEHAVIORS);
    if (behavior !== undefined) this.expectSequence('ON', 'ERROR');
    const onError: JsonErrorBehavior | undefined = behavior === undefined ? undefined : { kind: 'json-behavior', span: this.spanFrom(behaviorStart), behavior, value: undefined };
    this.expect(')');
    return { kind: 'json-exists', span: this.spanFrom(start), input, path, onError };
  }

  private jsonValue(start: number): Expression {
    const { input, path } = this.inputAndPath();
    const returning = this.accept('RETURNING') ? this.typeWithoutNullability(this.token.start) : undefined;
    const { onEmpty, onError } = this.behaviors(() => this.acceptValueBehavior());
    this.expect(')');
    return { kind: 'json-value', span: this.spanFrom(start), input, path, returning, onEmpty, onError };
  }

  private jsonQuery(start: number): Expression {
    const { input, path } = this.inputAndPath();
    const returning = this.accept('RETURNING') ? this.typeWithoutNullability(this.token.start) : undefined;
    const wrapper = this.acceptWrapper();
    const { onEmpty, onError } = this.behaviors(() => this.acceptQueryBehavior());
    this.expect(')');
    return { kind: 'json-query', span: this.spanFrom(start), input, path, returning, wrapper, onEmpty, onError };
  }

  /** `... ON EMPTY` and `... ON ERROR`, each at most once, in either order. */
  private behaviors(behavior: () => JsonErrorBehavior | undefined): { readonly onEmpty: JsonErrorBehavior | undefined; readonly onError: JsonErrorBehavior | undefined } {
    let onEmpty: JsonErrorBehavior | undefined;
    let onError: JsonErrorBehavior | undefined;
    for (let parsed = behavior(); parsed !== undefined; parsed = behavior()) {
      this.expect('ON');
      if (onEmpty === undefined && this.accept('EMPTY')) {
        onEmpty = parsed;
      } else {
        if (onError !== undefined) this.fail();
        this.expect('ERROR');
        onError = parsed;
      }
    }
    return { onEmpty, onError };
  }

  private acceptValueBehavior(): JsonErrorBehavior | undefined {
    const { start } = this.token;
    const behavior = this.acceptOneOf(VALUE_BEHAVIORS);
    if (behavior !== undefined) return { kind: 'json-behavior', span: this.spanFrom(start), behavior, value: undefined };
    if (!this.accept('DEFAULT')) return undefined;
    const value = this.expression();
    return { kind: 'json-behavior', span: this.spanFrom(start), behavior: 'DEFAULT', value };
  }

  private acceptQueryBehavior(): JsonErrorBehavior | undefined {
    const { start } = this.token;
    const simple = this.acceptOneOf(VALUE_BEHAVIORS);
    if (simple !== undefined) return { kind: 'json-behavior', span: this.spanFrom(start), behavior: simple, value: undefined };
    if (!this.accept('EMPTY')) return undefined;
    const behavior = `EMPTY ${this.expectOneOf(['ARRAY', 'OBJECT'])}` as const;
    return { kind: 'json-behavior', span: this.spanFrom(start), behavior, value: undefined };
  }

  private acceptWrapper(): JsonWrapper | undefined {
    let wrapper: JsonWrapper;
    if (this.accept('WITHOUT')) {
      wrapper = 'WITHOUT';
    } else if (this.accept('WITH')) {
      wrapper = this.accept('CONDITIONAL') ? 'WITH CONDITIONAL' : 'WITH UNCONDITIONAL';
      if (wrapper === 'WITH UNCONDITIONAL') this.accept('UNCONDITIONAL');
    } else {
      return undefined;
    }
    this.accept('ARRAY');
    this.expect('WRAPPER');
    return wrapper;
  }

  // ---- making JSON

  private acceptNullClause(): JsonNullClause {
    if (this.acceptSequence('NULL', 'ON', 'NULL')) return 'NULL ON NULL';
    return this.acceptSequence('ABSENT', 'ON', 'NULL') ? 'ABSENT ON NULL' : undefined;
  }

  private jsonObject(start: number, isAggregate: boolean): Expression {
    this.advance();
    this.expect('(');
    let onNull = isAggregate ? undefined : this.acceptNullClause();
    const isEmpty = !isAggregate && (onNull !== undefined || this.is(')'));
    const entries = isEmpty ? [] : isAggregate ? [this.jsonEntry()] : this.list(() => this.jsonEntry());
    onNull ??= this.acceptNullClause();
    this.expect(')');
    const filter = isAggregate ? this.acceptFilter() : undefined;
    const over = isAggregate ? this.acceptOver() : undefined;
    return { kind: 'json-object', span: this.spanFrom(start), isAggregate, entries, onNull, filter, over };
  }

  /** `KEY k VALUE v`, `k VALUE v`, `k : v`. */
  private jsonEntry(): JsonEntry {
    const { start } = this.token;
    if (this.token.upper === 'KEY' && this.peek(1).upper !== 'VALUE' && this.peek(1).upper !== ':') this.advance();
    const key = this.expression();
    if (!this.accept(':')) this.expect('VALUE');
    const value = this.expression();
    const isJson = this.acceptSequence('FORMAT', 'JSON');
    return { kind: 'json-entry', span: this.spanFrom(start), key, value, isJson };
  }

  private jsonArray(start: number, isAggregate: boolean): Expression {
    this.advance();
    this.expect('(');
    let onNull = isAggregate ? undefined : this.acceptNullClause();
    const isEmpty = !isAggregate && (onNull !== undefined || this.is(')'));
    const elements = isEmpty ? [] : isAggregate ? [this.jsonElement()] : this.list(() => this.jsonElement());
    const orderBy = isAggregate && this.is('ORDER') ? this.orderByClause() : [];
    onNull ??= this.acceptNullClause();
    this.expect(')');
    const filter = isAggregate ? this.acceptFilter() : undefined;
    const over = isAggregate ? this.acceptOver() : undefined;
    return { kind: 'json-array', span: this.spanFrom(start), isAggregate, elements, orderBy, onNull, filter, over };
  }

  private jsonElement(): { readonly value: Expression; readonly isJson: boolean } {
    const value = this.expression();
    return { value, isJson: this.acceptSequence('FORMAT', 'JSON') };
  }
}
