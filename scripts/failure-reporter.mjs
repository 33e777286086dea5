// A reporter beside the runner's own: names every failed test once more just before the closing counts, so that the
// end of a long log says what failed, where and why.
const reasonLines = 12;

export default async function* failures(source) {
  const failed = [];
  for await (const { type, data } of source) {
    if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') failed.push(data);
    if (type !== 'test:plan' || data.nesting !== 0 || failed.length === 0) continue;
    yield `# failed tests, once more:\n${failed.map(describe).join('')}`;
    failed.length = 0;
  }
}

function describe({ name, file, line, details }) {
  const error = details?.error?.cause ?? details?.error;
  const reason = String(error?.stack ?? error?.message ?? error).split('\n').slice(0, reasonLines);
  return `#   ${name} (${file ?? 'unknown file'}${line === undefined ? '' : `:${line}`})\n${reason.map((text) => `#     ${text}\n`).join('')}`;
}
