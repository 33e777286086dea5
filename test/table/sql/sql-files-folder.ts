import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../test/table/sql/files/', import.meta.url));

/** In the order of their names. */
export function sqlFiles(): readonly { readonly name: string; readonly path: string }[] {
  return readdirSync(FOLDER).filter((file) => file.endsWith('.sqltest')).sort().map((file) => ({ name: file.slice(0, -'.sqltest'.length), path: join(FOLDER, file) }));
}
