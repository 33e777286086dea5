// Where a database is: JDBC's URLs, with the properties that PostgreSQL's own driver takes in them.
import { TableError } from '#table/errors';
import type { DatabaseAddress } from '#platform/database/database-messages';

export interface JdbcAccess {
  readonly url: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly connectTimeoutMs: number;
  /** Of the option prefix `properties.`. */
  readonly properties: Readonly<Record<string, string>>;
}

const PREFIX = 'jdbc:postgresql:';
const PORT = 5432;
/** Properties that mean something here; of others the server or nobody would know. */
const PROPERTIES = ['user', 'password', 'currentSchema', 'ssl', 'sslmode', 'ApplicationName', 'connectTimeout'] as const;
/** Texts of values do not depend on the server's settings, and rows of an unchanged table come in the same order each time. */
const SETTINGS = "SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET standard_conforming_strings = on; SET synchronize_seqscans = off";

/** @param place names what has the URL: `table …`. Throws TABLE_OPTION_INVALID. */
export function jdbcAddress({ url, user, password, connectTimeoutMs, properties }: JdbcAccess, place: string): DatabaseAddress {
  if (!url.startsWith(PREFIX)) throw new TableError('TABLE_OPTION_INVALID', `Could not find any jdbc dialect factory that can handle url '${withoutPassword(url)}' of ${place}: give jdbc:postgresql://host:port/database`);
  const rest = url.slice(PREFIX.length);
  const target = rest.startsWith('//') ? tryUrl(`postgresql:${rest}`) : tryUrl(`postgresql://localhost/${rest}`);
  const database = decodeURIComponent(target?.pathname.slice(1) ?? '');
  if (target === undefined || target.hostname === '' || database === '') throw new TableError('TABLE_OPTION_INVALID', `the url '${withoutPassword(url)}' of ${place} has no host or no database: give jdbc:postgresql://host:port/database`);
  const all = new Map([...target.searchParams, ...Object.entries(properties)]);
  for (const name of all.keys()) {
    if (!(PROPERTIES as readonly string[]).includes(name)) throw new TableError('TABLE_OPTION_INVALID', `the connection property '${name}' of ${place} is not known: give one of ${PROPERTIES.join(', ')}`);
  }
  const schema = all.get('currentSchema');
  return {
    host: target.hostname.replace(/^\[(.*)\]$/, '$1'), port: target.port === '' ? PORT : Number(target.port), database,
    user: user ?? all.get('user'), password: password ?? all.get('password'), ssl: sslOf(all), applicationName: all.get('ApplicationName') ?? 'millrace',
    connectTimeoutMs: all.has('connectTimeout') ? Number(all.get('connectTimeout')) * 1000 : connectTimeoutMs,
    initialStatements: [SETTINGS, ...(schema === undefined ? [] : [`SET search_path TO ${schema.split(',').map((name) => quoted(name.trim())).join(', ')}`])],
  };
}

function sslOf(properties: ReadonlyMap<string, string>): DatabaseAddress['ssl'] {
  const mode = properties.get('sslmode') ?? (['', 'true'].includes(properties.get('ssl') ?? 'false') ? 'verify-full' : 'disable');
  if (mode.startsWith('verify')) return 'verify';
  return mode === 'require' ? 'no-verify' : 'off';
}

/** A name as a statement has it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `schema.table`, or a table of the connection's own schema. */
export const quotedPath = (path: string): string => path.split('.').map(quoted).join('.');

function tryUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

const withoutPassword = (url: string): string => url.replace(/(password=)[^&]*/i, '$1***').replace(/(\/\/[^/:@]*:)[^/@]*@/, '$1***@');
