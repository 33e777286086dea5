// Values of state as cells of a table and of CSV. Pure.
import { jsonValue } from '#core/serialization/json-value';

/** Text as it is, all else as JSON; an absent value is empty. */
export function cellText(value: unknown): string {
  const json = jsonValue(value);
  if (typeof json === 'string') return json;
  return json === null ? '' : JSON.stringify(json);
}

/** One line of CSV as RFC 4180 has it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
