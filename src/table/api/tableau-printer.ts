// Rows in a frame of fixed column widths, since not all rows are known when the first is printed: widths come from names and types.
import type { LogicalField, LogicalType } from '#table/types/logical-type';

const WIDTH_MAX = 30;
const OP = 'op';

export class TableauPrinter {
  readonly #fields: readonly LogicalField[];
  readonly #widths: readonly number[];
  readonly #hasKind: boolean;
  readonly #write: (text: string) => void;
  #rowCount = 0;

  /** @param options `rows`: all of them, where they are known: columns are as wide as these need. */
  constructor(fields: readonly LogicalField[], options: { readonly hasKind: boolean; readonly rows?: readonly (readonly string[])[] }, write: (text: string) => void) {
    this.#fields = fields;
    this.#hasKind = options.hasKind;
    this.#write = write;
    const { rows } = options;
    this.#widths = fields.map(({ name, type }, index) => (rows === undefined
      ? Math.max(displayWidth(name), Math.min(WIDTH_MAX, typeWidth(type)))
      : rows.reduce((width, row) => Math.max(width, displayWidth(row[index]!)), displayWidth(name))));
  }

  row(kind: string, texts: readonly string[]): void {
    if (this.#rowCount === 0) this.#head();
    this.#rowCount++;
    this.#line([...(this.#hasKind ? [kind] : []), ...texts]);
  }

  end(): void {
    if (this.#rowCount === 0) {
      this.#write('Empty set\n');
      return;
    }
    this.#border();
    this.#write(`${this.#rowCount} row${this.#rowCount === 1 ? '' : 's'} in set\n`);
  }

  #head(): void {
    this.#border();
    this.#line([...(this.#hasKind ? [OP] : []), ...this.#fields.map(({ name }) => name)]);
    this.#border();
  }

  #columns(): readonly number[] {
    return this.#hasKind ? [OP.length, ...this.#widths] : this.#widths;
  }

  #border(): void {
    this.#write(`+${this.#columns().map((width) => '-'.repeat(width + 2)).join('+')}+\n`);
  }

  #line(cells: readonly string[]): void {
    this.#write(`|${this.#columns().map((width, index) => ` ${fitted(cells[index]!, width)} `).join('|')}|\n`);
  }
}

/** Right-aligned; cut with dots where it is too long. East Asian characters take two places. */
function fitted(text: string, width: number): string {
  const own = displayWidth(text);
  if (own <= width) return ' '.repeat(width - own) + text;
  let cut = '';
  for (const character of text) {
    if (displayWidth(cut) + displayWidth(character) > width - 3) break;
    cut += character;
  }
  return `${cut}...`.padStart(width);
}

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const isWide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6) || code >= 0x1f300;
    width += isWide ? 2 : 1;
  }
  return width;
}

function typeWidth(type: LogicalType): number {
  switch (type.kind) {
    case 'BOOLEAN': return 7;
    case 'TINYINT': return 4;
    case 'SMALLINT': return 6;
    case 'INT': return 11;
    case 'BIGINT': return 20;
    case 'DECIMAL': return type.precision + 2;
    case 'DATE': return 10;
    case 'TIME': return type.precision === 0 ? 8 : 9 + type.precision;
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return type.precision === 0 ? 19 : 20 + type.precision;
    case 'CHAR': case 'VARCHAR': return type.length;
    default: return WIDTH_MAX;
  }
}
