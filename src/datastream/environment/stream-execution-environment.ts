// Where a program begins: settings, sources, and execute(). Collects the dataflow that the streams add to.
// Invariant: the same program builds the same dataflow each time it is run, with the same ids.
// Lives in the process that runs the program, on its main thread (in a worker while the program is re-run).
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { executionOptions } from '#core/config/options/execution-options';
import { Configuration } from '#core/config/configuration';
import { Duration } from '#core/config/duration';
import { ProgramError } from '#datastream/errors';
import type { JobClient, JobExecutionResult } from '#datastream/environment/job-client';
import { ambientConfiguration, currentJobExecutor } from '#datastream/environment/job-executor';
import { CollectionSource } from '#connectors/collection/source';
import { FileSource } from '#connectors/files/source';
import { SequenceSource } from '#connectors/sequence/source';
import { checkParallelism } from '#datastream/stream/node-settings';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { StreamFactory } from '#datastream/stream/stream-factory';
import { withParallelism } from '#datastream/stream/transformations';
import { buildStreamGraph } from '#graph/stream-graph/build-stream-graph';
import { executionPlanJson } from '#graph/stream-graph/execution-plan';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import type { Transformation } from '#graph/transformation/transformation';
import { TransformationList } from '#graph/transformation/transformation-list';
import type { Source } from '#streaming/source/source';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

export interface LocalEnvironmentOptions {
  /** Default parallelism of the operators. */
  readonly parallelism?: number;
  /** Runs jobs in the calling thread with the program's own closures: for tests and tiny jobs. */
  readonly inline?: boolean;
  readonly configuration?: ConfigurationInput;
}

/** A configuration, or its keys and values as plain data. */
export type ConfigurationInput = Configuration | Readonly<Record<string, unknown>>;

const DEFAULT_JOB_NAME = 'Flink Streaming Job';
const CHECKPOINT_INTERVAL_MS_MIN = 10;

export class StreamExecutionEnvironment {
  /** All that the program has added so far. */
  readonly transformations = new TransformationList();
  /** Makes the streams: the stream classes refer to each other only through it. */
  readonly streams = new StreamFactory();
  readonly isInline: boolean;
  #configuration: Configuration;
  #explicitParallelism: number | undefined;
  /** Those before it belong to jobs that were executed already. */
  #firstOfJob = 0;
  #listeners: ((client: JobClient) => void)[] = [];

  private constructor(configuration: Configuration, isInline: boolean) {
    this.#configuration = configuration;
    this.isInline = isInline;
  }

  /** The environment that fits where the program runs: under `millrace run` with the settings given there. */
  static getExecutionEnvironment(configuration?: ConfigurationInput): StreamExecutionEnvironment {
    return new StreamExecutionEnvironment(ambientConfiguration().merge(configurationOf(configuration)), false);
  }

  static createLocalEnvironment(options: LocalEnvironmentOptions = {}): StreamExecutionEnvironment {
    const environment = new StreamExecutionEnvironment(ambientConfiguration().merge(configurationOf(options.configuration)), options.inline === true);
    return options.parallelism === undefined ? environment : environment.setParallelism(options.parallelism);
  }

  /** Of the operators added from here on, unless they set their own. Throws PARALLELISM_INVALID. */
  setParallelism(parallelism: number): this {
    this.#explicitParallelism = checkParallelism('the parallelism of the environment', parallelism);
    return this;
  }

  getParallelism(): number {
    return this.#explicitParallelism ?? this.#configuration.get(executionOptions.parallelismDefault);
  }

  /** How many transformations belong to jobs that were started before. */
  get firstOfJob(): number {
    return this.#firstOfJob;
  }

  /** Undefined until setParallelism is called. */
  get explicitParallelism(): number | undefined {
    return this.#explicitParallelism;
  }

  /** How many key groups state is cut into, so the greatest parallelism it can ever be restored at. */
  setMaxParallelism(maxParallelism: number): this {
    this.#configuration = this.#configuration.set(executionOptions.maxParallelism, checkParallelism('the max parallelism of the environment', maxParallelism));
    return this;
  }

  /** @param intervalMs from the start of one checkpoint to the start of the next, at least 10. */
  enableCheckpointing(intervalMs: number): this {
    if (!Number.isFinite(intervalMs) || intervalMs < CHECKPOINT_INTERVAL_MS_MIN) {
      throw new ProgramError('PROGRAM_CHECKPOINT_INTERVAL_INVALID', `the checkpoint interval is ${String(intervalMs)}: give milliseconds from ${CHECKPOINT_INTERVAL_MS_MIN} up`, { context: { intervalMs } });
    }
    this.#configuration = this.#configuration.set(checkpointingOptions.interval, Duration.ofMillis(intervalMs));
    return this;
  }

  disableOperatorChaining(): this {
    this.#configuration = this.#configuration.set(executionOptions.isOperatorChainingEnabled, false);
    return this;
  }

  /** @param timeoutMs longest time a row waits in a partly filled frame; 0 = none, -1 = until the frame is full. */
  setBufferTimeout(timeoutMs: number): this {
    this.#configuration = timeoutMs < 0
      ? this.#configuration.set(executionOptions.isBufferTimeoutEnabled, false)
      : this.#configuration.set(executionOptions.isBufferTimeoutEnabled, true).set(executionOptions.bufferTimeoutInterval, Duration.ofMillis(timeoutMs));
    return this;
  }

  /** The settings of the jobs of this environment. */
  getConfig(): Configuration {
    return this.#configuration;
  }

  /** Lays settings over those there are. */
  configure(configuration: ConfigurationInput): this {
    this.#configuration = this.#configuration.merge(configurationOf(configuration));
    return this;
  }

  fromSource<T>(source: Source<T, any, any>, watermarks: WatermarkStrategy<T>, name: string): SingleOutputStreamOperator<T> { // any: the source's own splits
    const transformation = this.transformations.source(name, source, watermarks.generation.kind === 'none' && watermarks.timestampAssigner === undefined ? undefined : watermarks);
    return this.streams.operator(this, withParallelism(this, transformation));
  }

  /** The given records: `fromData(1, 2, 3)` or `fromData([1, 2, 3])`. Runs at parallelism 1 unless it is set. */
  fromData<T>(records: readonly T[]): SingleOutputStreamOperator<T>;
  fromData<T>(...records: readonly T[]): SingleOutputStreamOperator<T>;
  fromData<T>(...records: readonly T[]): SingleOutputStreamOperator<T> {
    const values = records.length === 1 && Array.isArray(records[0]) ? (records[0] as readonly T[]) : records;
    return this.#addBuiltIn(new CollectionSource(values)).setParallelism(1);
  }

  /** The whole numbers from `from` to `to`, both included. */
  fromSequence(from: number, to: number): SingleOutputStreamOperator<number> {
    return this.#addBuiltIn(new SequenceSource(from, to));
  }

  /** The lines of a file, or of all files of a directory; `.gz` files are unpacked. */
  readTextFile(path: string): SingleOutputStreamOperator<string> {
    return this.#addBuiltIn(FileSource.forLines(path));
  }

  /** Runs the program and waits for its end. Rejects with the cause when the job fails. */
  async execute(jobName?: string): Promise<JobExecutionResult> {
    const client = await this.executeAsync(jobName);
    return client.getJobExecutionResult();
  }

  /**
   * Starts the program. What is added afterwards belongs to the next job. Throws PROGRAM_NO_EXECUTOR and what getStreamGraph throws.
   * @param settings of this job only, over those of the environment.
   */
  async executeAsync(jobName?: string, settings: ConfigurationInput = {}): Promise<JobClient> {
    const executor = currentJobExecutor();
    const configuration = this.#configuration.merge(configurationOf(settings));
    const graph = this.#graphOf(configuration, jobName);
    const listeners = this.#listeners;
    this.#listeners = [];
    this.#firstOfJob = this.transformations.all.length;
    const client = await executor.execute(graph, { jobName: graph.options.jobName, configuration, isInline: this.isInline });
    for (const listener of listeners) listener(client);
    return client;
  }

  /** The plan of the program so far, as JSON. */
  getExecutionPlan(): string {
    return executionPlanJson(this.getStreamGraph());
  }

  /** Throws GraphError, among others PROGRAM_NO_OPERATORS. */
  getStreamGraph(jobName?: string): StreamGraph {
    return this.#graphOf(this.#configuration, jobName);
  }

  #graphOf(configuration: Configuration, jobName: string | undefined): StreamGraph {
    const maxParallelism = configuration.get(executionOptions.maxParallelism);
    return buildStreamGraph(this.#transformationsOfJob(), {
      defaultParallelism: this.#explicitParallelism ?? configuration.get(executionOptions.parallelismDefault),
      ...(maxParallelism > 0 ? { defaultMaxParallelism: maxParallelism } : {}),
      chainingEnabled: configuration.get(executionOptions.isOperatorChainingEnabled),
      jobName: jobName ?? configuration.get(executionOptions.name) ?? DEFAULT_JOB_NAME,
      config: configuration.toMap(),
    });
  }

  /** Called once, with the client of the next job that is started. */
  addExecutionListener(listener: (client: JobClient) => void): void {
    this.#listeners.push(listener);
  }

  #transformationsOfJob(): readonly Transformation[] {
    return this.transformations.all.slice(this.#firstOfJob);
  }

  #addBuiltIn<T>(source: Source<T, any, any>): SingleOutputStreamOperator<T> { // any: the source's own splits
    return this.streams.operator(this, withParallelism(this, this.transformations.source(source.name, source)));
  }
}

function configurationOf(input: ConfigurationInput | undefined): Configuration {
  if (input === undefined) return Configuration.EMPTY;
  return input instanceof Configuration ? input : Configuration.fromMap(input);
}
