// Where built programs are kept: a directory of the user's own, so that nobody else can put a program there.
import { join } from 'node:path';
import type { Process } from '#platform/process/process';

export function cacheDirectory(process: Process): string {
  const { MILLRACE_CACHE_DIR: own, XDG_CACHE_HOME: cache, HOME: home } = process.env;
  if (own !== undefined && own !== '') return own;
  if (cache !== undefined && cache !== '') return join(cache, 'millrace');
  return home === undefined || home === '' ? join(process.temporaryDirectory, `millrace-${process.pid}`) : join(home, '.cache', 'millrace');
}
