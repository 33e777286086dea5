// Source of files: text lines, NDJSON or CSV, plain or gzip (told by content or name); a directory stands for its files.
// A file is one split. Enumerator: JobMaster's thread; readers: slots.
import { csvFormat, type CsvOptions } from '#connectors/files/csv-format';
import { FileSplitEnumerator, type FileDiscovery, type QueuedFiles } from '#connectors/files/file-split-enumerator';
import { TEXT_LINES, ndjsonFormat } from '#connectors/files/line-format';
import { MalformedRecords, checkOnMalformed, type OnMalformed } from '#connectors/files/malformed-records';
import { FileSourceReader } from '#connectors/files/reader';
import type { FileFormat } from '#connectors/files/record-format';
import type { FileSplit } from '#connectors/files/split';
import { requireOption } from '#connectors/errors';
import { Types, type TypeInformation } from '#core/types/type-information';
import type { Boundedness, Source, SourceReaderContext, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface FileSourceOptions<T> {
  /** Declared type of the records. */
  readonly type?: TypeInformation<T>;
  /** A record that does not have the format fails the job (default) or is left out and counted. */
  readonly onMalformed?: OnMalformed;
  /** Directories stand for the files in them and in those below. */
  readonly isRecursive?: boolean;
  /** Looks for new files this often, and never ends. */
  readonly monitorIntervalMs?: number | undefined;
}

type Paths = string | readonly string[];

export class FileSource<T> implements Source<T, FileSplit, QueuedFiles> {
  readonly name = 'File Source';
  readonly boundedness: Boundedness;
  readonly producedType: TypeInformation<T> | undefined;
  readonly #paths: readonly string[];
  readonly #format: FileFormat<T>;
  readonly #onMalformed: OnMalformed;
  readonly #discovery: FileDiscovery;

  private constructor(paths: Paths, format: FileFormat<T>, options: FileSourceOptions<T>) {
    this.#paths = typeof paths === 'string' ? [paths] : paths;
    requireOption(this.#paths.length > 0, this.name, 'paths', '[]', 'at least one path');
    requireOption(options.monitorIntervalMs === undefined || options.monitorIntervalMs >= 1, this.name, 'monitorIntervalMs', options.monitorIntervalMs, '1 or more');
    this.boundedness = options.monitorIntervalMs === undefined ? 'bounded' : 'continuous-unbounded';
    this.#discovery = { isRecursive: options.isRecursive ?? false, monitorIntervalMs: options.monitorIntervalMs };
    this.#format = format;
    this.producedType = options.type;
    this.#onMalformed = checkOnMalformed(this.name, options.onMalformed);
  }

  static forLines(...paths: readonly string[]): FileSource<string> {
    return new FileSource(paths, TEXT_LINES, { type: Types.STRING });
  }

  /** One JSON value a line. */
  static forNdjson<T = unknown>(paths: Paths, options: FileSourceOptions<T> = {}): FileSource<T> {
    return new FileSource(paths, ndjsonFormat<T>(), options);
  }

  /** Columns become fields of the type; without a type texts by the header's names. */
  static forCsv<T = Record<string, string>>(paths: Paths, options: FileSourceOptions<T> & CsvOptions = {}): FileSource<T> {
    return new FileSource(paths, csvFormat<T>(options, options.type), options);
  }

  /** Files of a format of one's own: how lines, or blocks, become records. */
  static forFormat<T>(paths: Paths, format: FileFormat<T>, options: FileSourceOptions<T> = {}): FileSource<T> {
    return new FileSource(paths, format, options);
  }

  createEnumerator(context: SplitEnumeratorContext<FileSplit>, checkpoint: QueuedFiles | undefined): SplitEnumerator<FileSplit, QueuedFiles> {
    return new FileSplitEnumerator(context, checkpoint, this.#paths, this.#discovery);
  }

  createReader(context: SourceReaderContext): FileSourceReader<T> {
    return new FileSourceReader(context, this.#format, new MalformedRecords(this.#onMalformed, (metric, by) => context.count(metric, by)));
  }
}
