// JavaScript for expressions: one generator per generated function. Texts it gives are statements and simple operands over
// named inputs; implementations that cannot be inlined become constants of the function.
// Laws: a value is computed at most once per block (common sub-expressions), and never where SQL would not have computed it
// (branches of CASE, the right side of AND and OR): each such place is a block of its own. NULL is `null`; no test for it
// is written where it cannot come.
import { AssertionError } from '#core/assert';
import type { Expression } from '#table/expressions/expression';
import { bindCall, bindCast, boundCallOf, mayBeNull } from '#table/expressions/expression-binding';
import { expressionKey, isDeterministic } from '#table/expressions/expression-facts';
import { lighterCall } from '#table/expressions/lighter-call';
import type { FunctionContext } from '#table/functions/function-definition';
import { inlineCast } from '#table/functions/inline-cast';
import { INLINE_RUNTIME } from '#table/functions/inline-runtime';
import { fieldKeys } from '#table/types/logical-type';

/** Text of an input column, evaluated at most once per block: `row.price`, `columns3[i]`. Gives null for NULL. */
export type InputText = (index: number) => string;

export interface GeneratedExpression {
  /** To run before `value` is read; may be empty. */
  readonly statements: string;
  /** A name or a literal. */
  readonly value: string;
  /** `false` where the value cannot be NULL, else a test. */
  readonly isNull: string;
}

export interface GeneratedCondition {
  readonly statements: string;
  /** True or truthy where the expression is TRUE, falsy for FALSE and NULL. */
  readonly condition: string;
}

interface Operand {
  readonly text: string;
  readonly isNullable: boolean;
}

export class ExpressionCodegen {
  /** Name -> value of everything that generated texts refer to, beside inputs: parameters of the enclosing function. */
  readonly constants = new Map<string, unknown>();
  readonly #context: FunctionContext;
  readonly #prefix: string;
  readonly #boundNames = new Map<string, string>();
  #count = 0;

  /** `prefix` keeps names of two generators in one function apart. */
  constructor(context: FunctionContext, { prefix = '' }: { readonly prefix?: string } = {}) {
    this.#context = context;
    this.#prefix = prefix;
  }

  /** Makes `value` a constant of the generated function and gives its name. */
  constant(value: unknown, hint = 'k'): string {
    const name = this.#name(hint);
    this.constants.set(name, value);
    return name;
  }

  generate(expression: Expression, inputs: InputText): GeneratedExpression {
    const { statements, results } = this.generateAll([expression], inputs);
    return { statements, value: results[0]!.value, isNull: results[0]!.isNull };
  }

  /** Several expressions over one row; what they share is computed once. */
  generateAll(expressions: readonly Expression[], inputs: InputText): { readonly statements: string; readonly results: readonly { readonly value: string; readonly isNull: string }[] } {
    const block = new Block(inputs);
    const results = expressions.map((expression) => {
      const { text, isNullable } = this.#value(expression, block);
      return { value: text, isNull: isNullable ? (text === 'null' ? 'true' : `${text} === null`) : 'false' };
    });
    return { statements: block.text, results };
  }

  generateCondition(expression: Expression, inputs: InputText): GeneratedCondition {
    const block = new Block(inputs);
    const condition = this.#condition(expression, block);
    return { statements: block.text, condition };
  }

  /** A condition and, where it holds, expressions: `onTrue` gets their texts and writes the rest. Shares sub-expressions of both. */
  generateFiltered(condition: Expression | undefined, expressions: readonly Expression[], inputs: InputText, onTrue: (values: readonly { readonly value: string; readonly isNull: string }[]) => string): string {
    const block = new Block(inputs);
    const test = condition === undefined ? undefined : this.#condition(condition, block);
    const inner = test === undefined ? block : block.child();
    const values = expressions.map((expression) => {
      const { text, isNullable } = this.#value(expression, inner);
      return { value: text, isNull: isNullable ? `${text} === null` : 'false' };
    });
    inner.add(onTrue(values));
    if (test !== undefined) block.add(`if (${test}) {\n${inner.text}\n}`);
    return block.text;
  }

  #name(hint: string): string {
    this.#count += 1;
    return `${this.#prefix}${hint}${this.#count}`;
  }

  #hoist(text: string, block: Block, key: string | undefined, isNullable: boolean): Operand {
    const name = this.#name('v');
    block.add(`const ${name} = ${text};`);
    const operand = { text: name, isNullable };
    if (key !== undefined) block.remember(key, operand);
    return operand;
  }

  /** The operand is a name or a literal. */
  #value(expression: Expression, block: Block): Operand {
    if (expression.kind === 'literal') return this.#literal(expression);
    const key = isDeterministic(expression) ? expressionKey(expression) : undefined;
    const known = key === undefined ? undefined : block.find(key);
    if (known !== undefined) return known;
    switch (expression.kind) {
      case 'input': return this.#hoist(block.inputs(expression.index), block, key, expression.type.isNullable);
      case 'call': return this.#call(lighterCall(expression), block, key);
      case 'cast': return this.#cast(expression, block, key);
      case 'field': {
        const operand = this.#value(expression.operand, block);
        const access = `${operand.text}[${JSON.stringify(fieldKeys(expression.operand.type as never)[expression.index])}]`;
        return this.#hoist(operand.isNullable ? `${operand.text} === null ? null : ${access}` : access, block, key, operand.isNullable || expression.type.isNullable);
      }
      case 'logic': return this.#logic(expression, block, key);
      case 'case': return this.#case(expression, block, key);
      default: throw new AssertionError(`a ${expression.kind} expression has no code of its own`);
    }
  }

  #literal({ value }: Expression & { readonly kind: 'literal' }): Operand {
    if (value === null) return { text: 'null', isNullable: true };
    switch (typeof value) {
      case 'boolean': return { text: String(value), isNullable: false };
      case 'string': return { text: JSON.stringify(value), isNullable: false };
      case 'bigint': return { text: value < 0n ? `(${value}n)` : `${value}n`, isNullable: false };
      case 'number': return { text: value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value), isNullable: false };
      default: return { text: this.constant(value), isNullable: false };
    }
  }

  #call(expression: Expression & { readonly kind: 'call' }, block: Block, key: string | undefined): Operand {
    const definition = expression.function;
    const operands = expression.arguments.map((argument) => this.#value(argument, block));
    const call = boundCallOf(expression);
    const texts = operands.map((operand) => operand.text);
    if (definition.nulls === 'called') return this.#hoist(this.#body(expression, call, texts), block, key, mayBeNull(expression));
    if (texts.includes('null')) return { text: 'null', isNullable: true };
    const body = this.#body(expression, call, texts);
    const nulls = nullTests(operands, '=== null', ' || ');
    const isNullable = nulls !== '' || mayBeNull(expression);
    return this.#hoist(nulls === '' ? body : `${nulls} ? null : ${body}`, block, key, isNullable);
  }

  #body(expression: Expression & { readonly kind: 'call' }, call: ReturnType<typeof boundCallOf>, texts: readonly string[]): string {
    const inline = expression.function.inline?.(call, texts);
    if (inline !== undefined) return this.#withRuntime(inline);
    return `${this.#bound(expression, () => bindCall(expression, this.#context))}(${texts.join(', ')})`;
  }

  /** A literal operand of the bound function is not part of its name's key only where its value is the same. */
  #bound(expression: Expression & { readonly kind: 'call' | 'cast' }, bind: () => unknown): string {
    const operands = expression.kind === 'call' ? expression.arguments : [expression.operand];
    const own = expression.kind === 'call' ? expression.function.name : `CAST${expression.isTry ? '?' : ''}`;
    const isShared = expression.kind === 'cast' || expression.function.isDeterministic !== false;
    const key = `${own}(${operands.map((operand) => (operand.kind === 'literal' ? expressionKey(operand) : JSON.stringify(operand.type))).join(',')})${JSON.stringify(expression.type)}`;
    let name = isShared ? this.#boundNames.get(key) : undefined;
    if (name === undefined) {
      name = this.constant(bind(), 'f');
      this.#boundNames.set(key, name);
    }
    return name;
  }

  #withRuntime(text: string): string {
    for (const [name] of text.matchAll(/\$\w+/g)) {
      const value = INLINE_RUNTIME[name];
      if (value !== undefined) this.constants.set(name, value);
    }
    return text;
  }

  #cast(expression: Expression & { readonly kind: 'cast' }, block: Block, key: string | undefined): Operand {
    const operand = this.#value(expression.operand, block);
    if (operand.text === 'null') return operand;
    const inline = inlineCast(expression.operand.type, expression.type, operand.text);
    if (inline === operand.text) return operand;
    const body = inline === undefined ? `${this.#bound(expression, () => bindCast(expression, this.#context))}(${operand.text})` : this.#withRuntime(inline);
    const isNullable = operand.isNullable || expression.isTry || (inline === undefined && mayBeNull(expression));
    return this.#hoist(operand.isNullable ? `${operand.text} === null ? null : ${body}` : body, block, key, isNullable);
  }

  #logic(expression: Expression & { readonly kind: 'logic' }, block: Block, key: string | undefined): Operand {
    if (expression.operator === 'NOT') {
      const operand = this.#value(expression.operands[0]!, block);
      return this.#hoist(operand.isNullable ? `${operand.text} === null ? null : !${operand.text}` : `!${operand.text}`, block, key, operand.isNullable);
    }
    const decisive = expression.operator === 'OR';
    const first = this.#value(expression.operands[0]!, block);
    const name = this.#name('v');
    block.add(`let ${name} = ${first.text};`);
    let { isNullable } = first;
    // Each further operand is computed only while the result is open, inside the block of the one before.
    const blocks: Block[] = [];
    let inner = block;
    for (const operand of expression.operands.slice(1)) {
      inner = inner.child();
      blocks.push(inner);
      const right = this.#value(operand, inner);
      if (!isNullable) inner.add(`${name} = ${right.text};`);
      else if (right.isNullable) inner.add(`${name} = ${right.text} === ${decisive} ? ${decisive} : ${name} === null ? null : ${right.text};`);
      else inner.add(`if (${right.text} === ${decisive}) ${name} = ${decisive};`);
      isNullable ||= right.isNullable;
    }
    let text = '';
    for (const child of blocks.reverse()) text = `if (${name} !== ${decisive}) {\n${child.text}${text === '' ? '' : `\n${text}`}\n}`;
    block.add(text);
    const operand = { text: name, isNullable };
    if (key !== undefined) block.remember(key, operand);
    return operand;
  }

  #case(expression: Expression & { readonly kind: 'case' }, block: Block, key: string | undefined): Operand {
    const name = this.#name('v');
    let isNullable = false;
    const assign = (value: Expression, inner: Block): void => {
      const operand = this.#value(value, inner);
      isNullable ||= operand.isNullable;
      inner.add(`${name} = ${operand.text};`);
    };
    const write = (index: number, inner: Block): void => {
      const branch = expression.branches[index];
      if (branch === undefined) {
        assign(expression.otherwise, inner);
        return;
      }
      const condition = this.#condition(branch.condition, inner);
      const yes = inner.child();
      assign(branch.value, yes);
      const no = inner.child();
      write(index + 1, no);
      inner.add(`if (${condition}) {\n${yes.text}\n} else {\n${no.text}\n}`);
    };
    block.add(`let ${name};`);
    write(0, block);
    const operand = { text: name, isNullable };
    if (key !== undefined) block.remember(key, operand);
    return operand;
  }

  /** Truthy where the expression is TRUE. */
  #condition(expression: Expression, block: Block): string {
    if (expression.kind === 'logic' && expression.operator === 'NOT') {
      const operand = this.#value(expression.operands[0]!, block);
      return operand.isNullable ? `${operand.text} === false` : `!${operand.text}`;
    }
    if (expression.kind === 'logic') return this.#conditionOfMany(expression, block);
    const comparison = expression.kind === 'call' && isDeterministic(expression) && block.find(expressionKey(expression)) === undefined ? this.#comparison(expression, block) : undefined;
    return comparison ?? this.#value(expression, block).text;
  }

  /** A comparison is written into the condition itself. */
  #comparison(expression: Expression & { readonly kind: 'call' }, block: Block): string | undefined {
    const { function: definition } = expression;
    if (definition.inline === undefined || expression.type.kind !== 'BOOLEAN') return undefined;
    const operands = expression.arguments.map((argument) => this.#value(argument, block));
    const texts = operands.map((operand) => operand.text);
    const inline = definition.inline(boundCallOf(expression), texts);
    if (inline === undefined) return undefined;
    if (definition.nulls === 'called') return `(${this.#withRuntime(inline)})`;
    if (texts.includes('null')) return 'false';
    const notNulls = nullTests(operands, '!== null', ' && ');
    return `(${notNulls === '' ? '' : `${notNulls} && `}${this.#withRuntime(inline)})`;
  }

  #conditionOfMany(expression: Expression & { readonly kind: 'logic' }, block: Block): string {
    const isAnd = expression.operator === 'AND';
    let text = this.#condition(expression.operands[0]!, block);
    for (const operand of expression.operands.slice(1)) {
      const inner = block.child();
      const right = this.#condition(operand, inner);
      if (inner.text === '') {
        text = `(${text} ${isAnd ? '&&' : '||'} ${right})`;
        continue;
      }
      const name = this.#name('c');
      block.add(`let ${name} = ${text};\nif (${isAnd ? name : `!${name}`}) {\n${inner.text}\n${name} = ${right};\n}`);
      text = name;
    }
    return text;
  }
}

function nullTests(operands: readonly Operand[], test: string, glue: string): string {
  return [...new Set(operands.filter((operand) => operand.isNullable).map((operand) => `${operand.text} ${test}`))].join(glue);
}

/** Statements that run together, and the values known when they have run. */
class Block {
  readonly inputs: InputText;
  readonly #parent: Block | undefined;
  readonly #lines: string[] = [];
  readonly #known = new Map<string, Operand>();

  constructor(inputs: InputText, parent?: Block) {
    this.inputs = inputs;
    this.#parent = parent;
  }

  child(): Block {
    return new Block(this.inputs, this);
  }

  add(line: string): void {
    this.#lines.push(line);
  }

  remember(key: string, operand: Operand): void {
    this.#known.set(key, operand);
  }

  find(key: string): Operand | undefined {
    return this.#known.get(key) ?? this.#parent?.find(key);
  }

  get text(): string {
    return this.#lines.join('\n');
  }
}
