// Prints which recorded cases agree and which do not: `node dist/test/table/conformance/report.js streaming|programs|queries [filter]`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceFolder } from '../../conformance-folder.js';
import { verdictOfProgram, verdictOfQuery, verdictOfStreaming } from './program-verdict.js';
import type { ProgramCase, QueryCase, StreamingCase } from './program-case.js';

const [kind = 'streaming', filter = ''] = process.argv.slice(2);
const folder = join(conformanceFolder()!, 'sql');
const lines = <T>(name: string): readonly T[] => readFileSync(join(folder, name), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T);

const results: { readonly id: string; readonly verdict: string }[] = [];
if (kind === 'streaming') for (const one of lines<StreamingCase>('streaming.ndjson').filter(({ id }) => id.includes(filter))) results.push({ id: one.id, verdict: await verdictOfStreaming(one) });
if (kind === 'programs') for (const one of lines<ProgramCase>('programs.ndjson').filter(({ id, portable }) => portable && id.includes(filter))) results.push({ id: one.id, verdict: await verdictOfProgram(one) });
if (kind === 'queries') for (const one of lines<QueryCase & { readonly kind: string }>('functions.ndjson').filter((one) => one.kind === 'query' && one.id.includes(filter))) results.push({ id: `${one.id} ${one.source}`, verdict: await verdictOfQuery(one) });
for (const { id, verdict } of results) if (verdict !== 'agrees') console.log(`${id}: ${verdict}`);
console.log(`${results.filter(({ verdict }) => verdict === 'agrees').length} of ${results.length} agree`);
process.exit(0);
