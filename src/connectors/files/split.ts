// A file still to be read, from a position on.
import type { LinePosition } from '#connectors/files/line-reader';

export interface FileSplit {
  readonly id: string;
  readonly path: string;
  readonly position: LinePosition;
}
