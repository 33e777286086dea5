// Reads splits of a recorded event file; a split's position is a line number. Each split has its own pass over the
// file; with several splits the one that lags most is read first, so that rows stay near each other in event time.
// Thread: the slot's.
import { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { InterleavedCursor, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { SplitReader } from '#connectors/splits/split-reader';
import type { Files } from '#platform/files/files';
import { ReadStatus, type ReaderOutput, type RowSourceReader } from '#streaming/source/source';

/** Foreign lines passed over in one poll, so that the slot's loop keeps turning. */
const SKIPPED_LINES_PER_POLL = 50_000;

interface Pass {
  readonly cursor: InterleavedCursor;
  readonly lines: LineReader;
  isAtEnd: boolean;
}

export class NexmarkFileReader extends SplitReader<InterleavedSplit> implements RowSourceReader<NexmarkEvent, InterleavedSplit> {
  readonly kind = 'rows';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  readonly #files: Files;
  readonly #path: string;
  readonly #malformed: MalformedRecords;
  readonly #passes: Pass[] = [];
  readonly #paused = new Set<string>();

  constructor(files: Files, path: string, malformed: MalformedRecords) {
    super();
    this.#files = files;
    this.#path = path;
    this.#malformed = malformed;
  }

  addSplits(splits: readonly InterleavedSplit[]): void {
    for (const split of splits) this.#passes.push({ cursor: new InterleavedCursor(split), lines: new LineReader(this.#files, this.#path), isAtEnd: false });
  }

  pauseOrResumeSplits(pause: readonly string[], resume: readonly string[]): void {
    for (const id of pause) this.#paused.add(id);
    for (const id of resume) this.#paused.delete(id);
  }

  poll(output: ReaderOutput<NexmarkEvent>): ReadStatus {
    const pass = this.#slowest();
    if (pass === undefined) return this.isLastSplitKnown && this.#passes.every(({ isAtEnd }) => isAtEnd) ? ReadStatus.END : ReadStatus.NOTHING;
    const { cursor, lines } = pass;
    const ahead = cursor.position - lines.lineNumber;
    if (ahead > 0) {
      const wanted = Math.min(ahead, SKIPPED_LINES_PER_POLL);
      if (lines.skip(wanted) < wanted) this.#end(pass);
      return ReadStatus.MORE;
    }
    this.#readBlock(pass, output);
    return ReadStatus.MORE;
  }

  snapshot(): readonly InterleavedSplit[] {
    return this.#passes.filter((pass) => !pass.isAtEnd).map((pass) => pass.cursor.snapshot());
  }

  close(): void {
    for (const pass of this.#passes) pass.lines.close();
  }

  #slowest(): Pass | undefined {
    let slowest: Pass | undefined;
    for (const pass of this.#passes) {
      if (pass.isAtEnd || this.#paused.has(pass.cursor.split.id)) continue;
      if (slowest === undefined || pass.cursor.position < slowest.cursor.position) slowest = pass;
    }
    return slowest;
  }

  /** Rows up to the end of the current block, as far as there is room. */
  #readBlock(pass: Pass, output: ReaderOutput<NexmarkEvent>): void {
    const { cursor, lines } = pass;
    const blockEnd = cursor.blockEnd;
    let room = output.room;
    while (room > 0 && lines.lineNumber < blockEnd) {
      const line = lines.next();
      if (line === undefined) return this.#end(pass);
      const event = this.#parse(line, lines.lineNumber);
      if (event === undefined) continue;
      output.collect(event, (event.bid ?? event.auction ?? event.person)!.dateTime, cursor.split.id);
      room--;
    }
    cursor.moveTo(lines.lineNumber);
  }

  #end(pass: Pass): void {
    pass.isAtEnd = true;
    this.markFinished(pass.cursor.split);
    pass.lines.close();
  }

  #parse(line: string, lineNumber: number): NexmarkEvent | undefined {
    let parsed: Partial<NexmarkEvent> & { readonly event_type?: number };
    try {
      parsed = JSON.parse(line) as typeof parsed;
    } catch (error) {
      this.#malformed.report(this.#path, lineNumber, line, 'the line is not JSON', error);
      return undefined;
    }
    const event = { eventType: parsed?.event_type ?? -1, person: parsed?.person ?? null, auction: parsed?.auction ?? null, bid: parsed?.bid ?? null };
    const present = [event.person, event.auction, event.bid];
    if (present.every((part, kind) => (part !== null) === (kind === event.eventType)) && typeof present[event.eventType]?.dateTime === 'number') return event;
    this.#malformed.report(this.#path, lineNumber, line, 'the line is not a Nexmark event (event_type 0, 1 or 2 with the person, auction or bid it names)');
    return undefined;
  }
}
