// Options as they stand in WITH.
import { stringText } from '#table/printer/sql-text';

export function optionsText(options: Readonly<Record<string, string>>): string {
  return Object.entries(options).map(([key, value]) => `${stringText(key)} = ${stringText(value)}`).join(', ');
}
