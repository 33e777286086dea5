// Text forms of a memory report: a table for people, one line of JSON for scripts.
// Invariant: byte counts in JSON are exact; the table rounds to three decimals. Pure; called by explain-memory.

import type { ConfigSetting } from '#core/config/config-setting';
import { MemorySize } from '#core/config/memory-size';
import type { MemoryReport, SlotReport } from '#core/memory/memory-report';

export interface MemoryChange {
  readonly settings: readonly ConfigSetting[];
  readonly report: MemoryReport;
}

/** One line, ending in a line break. Without a cluster nothing is in use and every figure of `inUse` is null. */
export function memoryReportLine(report: MemoryReport, change?: MemoryChange): string {
  const whatIf = change === undefined ? {} : {
    whatIf: {
      settings: Object.fromEntries(change.settings.map((setting) => [setting.key, setting.value])),
      derived: bytesByPool(change.report),
      ...(change.report.slots === undefined ? {} : { slots: change.report.slots }),
    },
  };
  const line = {
    process: report.process,
    derived: bytesByPool(report),
    inUse: Object.fromEntries(report.pools.map((pool) => [pool.name, null])),
    configured: Object.fromEntries(report.pools.filter((pool) => pool.configured !== '').map((pool) => [pool.name, pool.configured])),
    basis: report.basis,
    ...(report.slots === undefined ? {} : { slots: report.slots }),
    ...whatIf,
  };
  return `${JSON.stringify(line)}\n`;
}

/** A heading and a table, ending in a line break; with a change, before and after instead of the configured column. */
export function memoryReportTable(report: MemoryReport, change?: MemoryChange): string {
  const heading = `${report.process}: ${report.basis}`;
  if (change === undefined) {
    const rows = report.pools.map((pool) => [pool.name, pool.configured || '-', human(pool.bytes), 'n/a', pool.keys.join(', ')]);
    return [heading, ...aligned([['pool', 'configured', 'derived', 'in use', 'changed by'], ...rows, ...slotRows(report.slots)]), ''].join('\n');
  }
  const settings = change.settings.map((setting) => `${setting.key}=${setting.value}`).join(', ');
  const after = new Map([...change.report.pools.map((pool): [string, string] => [pool.name, human(pool.bytes)]), ...slotFigures(change.report.slots)]);
  const before = [...report.pools.map((pool): [string, string] => [pool.name, human(pool.bytes)]), ...slotFigures(report.slots)];
  const rows = before.map(([name, text]) => [name, text, after.get(name) ?? 'n/a', after.get(name) === text ? '' : 'changed']);
  return [`${heading}; what if ${settings}`, ...aligned([['pool', 'before', 'after', ''], ...rows]), ''].join('\n');
}

function bytesByPool(report: MemoryReport): Record<string, number> {
  return Object.fromEntries(report.pools.map((pool) => [pool.name, pool.bytes]));
}

function slotRows(slots: SlotReport | undefined): readonly (readonly string[])[] {
  if (slots === undefined) return [];
  const keys: Readonly<Record<string, string>> = {
    slots: 'taskmanager.numberOfTaskSlots',
    'managed per slot': 'managed / slots',
    'soft heap limit per slot': '(frameworkHeap + taskHeap) / slots',
    'hard heap limit per slot': '4 x soft limit, at most half of the host / slots',
    'off-heap limit per slot': 'taskOffHeap / slots',
    'ring size': `network / ${slots.channels} channels of an exchange between all slots`,
  };
  return slotFigures(slots).map(([name, text]) => [name, '-', text, 'n/a', keys[name] ?? '']);
}

function slotFigures(slots: SlotReport | undefined): readonly [string, string][] {
  if (slots === undefined) return [];
  return [
    ['slots', String(slots.count)],
    ['managed per slot', human(slots.managedBytes)],
    ['soft heap limit per slot', human(slots.softHeapBytes)],
    ['hard heap limit per slot', human(slots.hardHeapBytes)],
    ['off-heap limit per slot', human(slots.offHeapBytes)],
    ['ring size', slots.ringBytes === undefined ? 'too little network memory' : human(slots.ringBytes)],
  ];
}

function human(bytes: number): string {
  return MemorySize.of(bytes).toHumanString();
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
