// Physical plan to transformations: each node once, however many read it. What a node is told (names, types, whether -U is wanted)
// comes from the changelog inference.
import { parseDuration } from '#core/config/duration';
import type { Transformation } from '#graph/transformation/transformation';
import type { TransformationList } from '#graph/transformation/transformation-list';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { KeySpecification } from '#core/keys/key-specification';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { keySpecificationOf } from '#table/codegen/row-code';
import { plainRowFunction } from '#table/exec/calc-exec';
import type { ChangelogTraits } from '#table/exec/changelog-inference';
import type { RowType } from '#table/types/logical-type';
import { isInsertOnly, type ExecNode, type KeyedInput, type OperatorPlacement, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import type { FunctionContext } from '#table/functions/function-definition';
import { KeyedTableOperator } from '#table/runtime/keyed-table-operator';
import type { KeyedTableFunction } from '#table/runtime/keyed-table-function';
import type { StateTtlConfig } from '#state/keyed/keyed-state';
import { TableError } from '#table/errors';

export interface TranslationSettings {
  readonly transformations: TransformationList;
  readonly functions: FunctionContext;
  readonly isBatch: boolean;
  /** Of operators that do not say otherwise; undefined = the environment's. */
  readonly parallelism: number | undefined;
  option(key: string): string | undefined;
  /** Where the transformations of this job begin in the list. */
  readonly firstOfJob: number;
  /** The id under which a node keeps its state. */
  uidOf(node: ExecNode): string;
  /** Its time to live where the plan says one for the node; else `table.exec.state.ttl`. */
  ttlOf(node: ExecNode): NodeTtl | undefined;
}

/** A duration as text, of all that a node keeps or by input. */
export type NodeTtl = string | readonly string[];

const NAME_LENGTH_MAX = 200;

/** Adds the plan below `roots` to the program; what each root became. */
export function translatePlan(roots: readonly ExecNode[], traits: ChangelogTraits, settings: TranslationSettings): readonly Transformation[] {
  const done = new Map<ExecNode, TranslatedInput>();
  const { transformations } = settings;
  const taken = new Set(transformations.all.slice(settings.firstOfJob).map(({ uid }) => uid));
  const translate = (node: ExecNode): TranslatedInput => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map((input) => translate(traits.standsFor(input)));
    const context = new NodeTranslation(node, traits, settings);
    const first = transformations.all.length;
    const translated: TranslatedInput = { ...node.translate(context, inputs), node, rowType: node.rowType, changes: traits.changesOf(node), hasKind: context.hasKind };
    giveUids(transformations.all.slice(first), settings.uidOf(node), taken);
    done.set(node, translated);
    return translated;
  };
  return roots.map((root) => translate(root).transformation);
}

/** The operator itself has the node's id; what is put before it has that id with a number. */
function giveUids(transformations: readonly Transformation[], uid: string, taken: Set<string | undefined>): void {
  const operators = transformations.filter(({ kind }) => kind !== 'union' && kind !== 'partition' && kind !== 'side-output').reverse();
  for (const [index, operator] of operators.entries()) {
    const wanted = index === 0 ? uid : `${uid}_${index}`;
    let free = wanted;
    for (let copy = 2; taken.has(free); copy++) free = `${wanted}#${copy}`;
    taken.add(free);
    operator.uid = free;
  }
}

class NodeTranslation implements TranslationContext {
  readonly functions: FunctionContext;
  readonly isBatch: boolean;
  readonly emitsUpdateBefore: boolean;
  readonly hasKind: boolean;
  readonly deletesByKey: boolean;
  readonly name: string;
  readonly outputType;
  readonly transformations: TransformationList;
  readonly #settings: TranslationSettings;
  /** By input. */
  readonly #ttls: readonly (string | undefined)[];

  constructor(node: ExecNode, traits: ChangelogTraits, settings: TranslationSettings) {
    this.#settings = settings;
    // What a file says is looked at whether the node keeps anything or not.
    const ttl = settings.ttlOf(node);
    this.#ttls = node.inputs.map((_, input) => (typeof ttl === 'string' ? ttl : ttl?.[input]) ?? node.stateTtlHints?.[input]);
    for (const text of this.#ttls) this.#duration('table.exec.state.ttl', text);
    this.functions = settings.functions;
    this.isBatch = settings.isBatch;
    this.transformations = settings.transformations;
    this.emitsUpdateBefore = traits.emitsUpdateBefore(node);
    this.hasKind = !isInsertOnly(traits.changesOf(node));
    this.deletesByKey = traits.deletesByKey(node);
    this.outputType = rowTypeInformation(node.rowType, { hasKind: this.hasKind });
    const text = `${node.kind}(${node.description})`;
    this.name = text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text;
  }

  get stateTtl(): StateTtlConfig | undefined {
    return this.stateTtlOf(0);
  }

  stateTtlOf(input: number): StateTtlConfig | undefined {
    if (this.isBatch) return undefined;
    const ttlMs = this.#duration('table.exec.state.ttl', this.#ttls[input] ?? this.option('table.exec.state.ttl')) ?? 0;
    return ttlMs > 0 ? { ttlMs, update: 'on-create-and-write', visibility: 'never-return-expired' } : undefined;
  }

  option(key: string): string | undefined {
    return this.#settings.option(key);
  }

  durationOption(key: string): number | undefined {
    return this.#duration(key, this.option(key));
  }

  #duration(key: string, text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const outcome = parseDuration(text);
    if (outcome.kind === 'parsed') return outcome.value.toMillis();
    throw new TableError('TABLE_OPTION_INVALID', `${key} is '${text}' (${outcome.reason}): give a duration such as 10 s`);
  }

  plainRows(input: TranslatedInput): Transformation {
    if (input.access === undefined) return input.transformation;
    const name = `Calc(select=[${input.rowType.fields.map((field) => field.name).join(', ')}])`;
    return this.oneInput(input.transformation, { kind: 'row', row: { kind: 'map', apply: plainRowFunction(input) } }, { name, outputType: rowTypeInformation(input.rowType, { hasKind: input.hasKind }) }).transformation;
  }

  /** An exchange by the columns; without any all rows have one key. */
  keyed(input: TranslatedInput, positions: readonly number[], keyType: RowType = input.rowType): KeyedInput {
    return this.#partition(input, { kind: 'hash', key: keySpecificationOf(keyType, positions) });
  }

  keyedInPlace(input: TranslatedInput, positions: readonly number[]): KeyedInput {
    const isInPlace = input.hashedBy?.some((columns) => columns.length === positions.length && columns.every((column, index) => column === positions[index])) === true;
    return isInPlace ? this.#partition(input, { kind: 'forward', key: keySpecificationOf(input.rowType, positions) }) : this.keyed(input, positions);
  }

  #partition(input: TranslatedInput, partitioner: Partitioner & { readonly key: KeySpecification }): KeyedInput {
    const rows = this.plainRows(input);
    const transformation = this.transformations.partition(rows, partitioner);
    if (rows.outputType !== undefined) transformation.outputType = rows.outputType;
    return { transformation, key: partitioner.key };
  }

  keyedPair([left, right]: readonly [TranslatedInput, TranslatedInput], positions: { readonly left: readonly number[]; readonly right: readonly number[] }): readonly [KeyedInput, KeyedInput] {
    const nullable = positions.left.map((column, index) => left.rowType.fields[column]!.type.isNullable || right.rowType.fields[positions.right[index]!]!.type.isNullable);
    return [this.keyed(left, positions.left, withNullable(left.rowType, positions.left, nullable)), this.keyed(right, positions.right, withNullable(right.rowType, positions.right, nullable))];
  }

  oneInput(input: Transformation, operator: OperatorFactory, options: OperatorPlacement = {}): TranslatedNode {
    return this.#place(this.transformations.oneInput(options.name ?? this.name, input, operator, 'outputType' in options ? options.outputType : this.outputType), options);
  }

  twoInput(left: Transformation, right: Transformation, operator: OperatorFactory, options: OperatorPlacement = {}): TranslatedNode {
    return this.#place(this.transformations.twoInput(options.name ?? this.name, left, right, operator, 'outputType' in options ? options.outputType : this.outputType), options);
  }

  keyedFunction(create: () => KeyedTableFunction, keys: readonly KeySpecification[]): OperatorFactory {
    return { kind: 'stream', keys, create: () => new KeyedTableOperator(create(), keys) };
  }

  #place(transformation: Transformation, options: OperatorPlacement): TranslatedNode {
    const { parallelism = this.#settings.parallelism } = options;
    if (parallelism !== undefined) transformation.parallelism = parallelism;
    return { transformation };
  }
}

/** The row type with its key columns as nullable as is said. */
function withNullable(rowType: RowType, positions: readonly number[], nullable: readonly boolean[]): RowType {
  return { ...rowType, fields: rowType.fields.map((field, column) => (positions.some((position, index) => position === column && nullable[index] === true) ? { ...field, type: { ...field.type, isNullable: true } } : field)) };
}
