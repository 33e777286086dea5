// Makes docs/configuration.md from the table of options.
// Invariant: the text depends on nothing but the table, so a test can compare it with the committed page.
// Pure; called by scripts/generate-docs.mjs and by that test.

import { optionAreas, type OptionArea } from '#core/config/all-options';
import type { ConfigOption } from '#core/config/config-option';
import { MemorySize } from '#core/config/memory-size';

const INTRODUCTION = `# Configuration

<!-- Made by scripts/generate-docs.mjs from src/core/config: change the descriptions there. -->

Settings come from \`config.yaml\` (nested maps or dotted keys), then from \`-D key=value\` on the command line, which wins.
Keys, types and defaults are Flink's; Millrace's own keys start with \`millrace.\`. A value that cannot be read is an error
(\`CONFIG_VALUE_INVALID\`); an unknown key is a warning that names the nearest known one. Other keys that Flink documents are
accepted and have no effect here.

| type | how a value is written |
| --- | --- |
| MemorySize | \`64 mb\`, \`1g\`, \`1728m\`; units b, kb, mb, gb, tb in powers of 1024; no unit means bytes |
| Duration | \`500 ms\`, \`10 s\`, \`1 min\`, \`2 h\`, \`1 d\`, also \`ns\` and \`µs\`, or ISO-8601 such as \`PT1M\`; no unit means milliseconds |
| Boolean | \`true\` or \`false\` in any case |
| Enum | one of the listed constants in any case |
| List | values with semicolons between them, \`a;b\`, or \`[a, b]\` |
| Map | pairs \`name:value\` with commas between them, or one key per entry: \`key.name: value\` |
`;

/** The whole page as Markdown, ending in a line break. */
export function configurationReference(areas: readonly OptionArea[] = optionAreas): string {
  return `${INTRODUCTION}\n${areas.map(areaSection).join('\n')}`;
}

function areaSection(area: OptionArea): string {
  const rows = Object.values(area.options).map(optionRow);
  return [`## ${area.title}`, '', '| key | default | type | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function optionRow(option: ConfigOption<unknown>): string {
  return `| \`${option.key}\` | ${defaultCell(option)} | ${option.type.name} | ${meaningCell(option)} |`;
}

function defaultCell(option: ConfigOption<unknown>): string {
  const value = option.defaultValue;
  if (value === undefined || value === null) return 'none';
  return value instanceof MemorySize && value.equals(MemorySize.MAX) ? 'no limit' : `\`${option.type.format(value)}\``;
}

function meaningCell(option: ConfigOption<unknown>): string {
  const choices = option.type.name === 'Enum' ? ` Values: ${option.type.expectation.replace('one of ', '')}.` : '';
  const fallback = option.fallbackKeys.length === 0 ? '' : ` Falls back to ${codeList(option.fallbackKeys)}.`;
  const older = option.deprecatedKeys.length === 0 ? '' : ` Older name: ${codeList(option.deprecatedKeys)}.`;
  return `${option.description}${choices}${fallback}${older}`.replaceAll('|', '\\|');
}

function codeList(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(', ');
}
