// Physical plan to transformations: each node once, however many read it. What a node is told (names, types, whether -U is wanted)
// comes from the changelog inference.
import { parseDuration } from '#core/config/duration';
import type { Transformation } from '#graph/transformation/transformation';
import type { TransformationList } from '#graph/transformation/transformation-list';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { KeySpecification } from '#core/keys/key-specification';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { keySpecificationOf } from '#table/codegen/row-code';
import { plainRowFunction } from '#table/exec/calc-exec';
import type { ChangelogTraits } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode, type OperatorPlacement, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
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
}

const NAME_LENGTH_MAX = 200;

/** Adds the plan below `roots` to the program. */
export function translatePlan(roots: readonly ExecNode[], traits: ChangelogTraits, settings: TranslationSettings): void {
  const done = new Map<ExecNode, TranslatedInput>();
  const translate = (node: ExecNode): TranslatedInput => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(translate);
    const context = new NodeTranslation(node, traits, settings);
    const translated: TranslatedInput = { ...node.translate(context, inputs), node, rowType: node.rowType, changes: traits.changesOf(node), hasKind: context.hasKind };
    done.set(node, translated);
    return translated;
  };
  for (const root of roots) translate(root);
}

class NodeTranslation implements TranslationContext {
  readonly functions: FunctionContext;
  readonly isBatch: boolean;
  readonly emitsUpdateBefore: boolean;
  readonly hasKind: boolean;
  readonly name: string;
  readonly outputType;
  readonly transformations: TransformationList;
  readonly #settings: TranslationSettings;

  constructor(node: ExecNode, traits: ChangelogTraits, settings: TranslationSettings) {
    this.#settings = settings;
    this.functions = settings.functions;
    this.isBatch = settings.isBatch;
    this.transformations = settings.transformations;
    this.emitsUpdateBefore = traits.emitsUpdateBefore(node);
    this.hasKind = !isInsertOnly(traits.changesOf(node));
    this.outputType = rowTypeInformation(node.rowType, { hasKind: this.hasKind });
    const text = `${node.kind}(${node.description})`;
    this.name = text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text;
  }

  get stateTtl(): StateTtlConfig | undefined {
    if (this.isBatch) return undefined;
    const ttlMs = this.durationOption('table.exec.state.ttl') ?? 0;
    return ttlMs > 0 ? { ttlMs, update: 'on-create-and-write', visibility: 'never-return-expired' } : undefined;
  }

  option(key: string): string | undefined {
    return this.#settings.option(key);
  }

  durationOption(key: string): number | undefined {
    const text = this.option(key);
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
  keyed(input: TranslatedInput, positions: readonly number[]): { readonly transformation: Transformation; readonly key: KeySpecification } {
    const key = keySpecificationOf(input.rowType, positions);
    const rows = this.plainRows(input);
    const partition = this.transformations.partition(rows, { kind: 'hash', key });
    if (rows.outputType !== undefined) partition.outputType = rows.outputType;
    return { transformation: partition, key };
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
