import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countOf, formatHelp, parseArguments, valueOf, type CommandSpec } from '#cli/arguments';

const SPEC: CommandSpec = {
  name: 'try', usage: '[options] FILE', description: 'A command.', endsAtArgument: true,
  options: [
    { name: 'parallelism', short: 'p', value: 'N', description: 'how wide' },
    { name: 'define', short: 'D', value: 'key=value', isRepeatable: true, description: 'a setting' },
    { name: 'format', value: 'table|ndjson', choices: ['table', 'ndjson'], description: 'how' },
    { name: 'verbose', short: 'v', description: 'more' },
    { name: 'claim-mode', aliases: ['claimMode'], short: 'cm', value: 'MODE', description: 'who owns it' },
  ],
};

describe('arguments', () => {
  test('every spelling of an option with a value is read', () => {
    for (const words of [['-p', '4'], ['-p4'], ['-p=4'], ['--parallelism', '4'], ['--parallelism=4']]) {
      assert.equal(countOf(parseArguments(SPEC, words), 'parallelism'), 4, words.join(' '));
    }
    assert.deepEqual(parseArguments(SPEC, ['-Da=b=c', '-D', 'd=e']).values.get('define'), ['a=b=c', 'd=e']);
  });

  test('other spellings of a name are understood, and a short name of two letters is one', () => {
    for (const words of [['-cm', 'claim'], ['--claimMode', 'claim'], ['--claimMode=claim'], ['--claim-mode=claim']]) {
      assert.equal(valueOf(parseArguments(SPEC, words), 'claim-mode'), 'claim', words.join(' '));
    }
  });

  test('what follows the file belongs to the job, and so does what follows --', () => {
    assert.deepEqual(parseArguments(SPEC, ['-v', 'job.ts', '--input', '-p', '3']).positional, ['job.ts', '--input', '-p', '3']);
    assert.deepEqual(parseArguments({ ...SPEC, endsAtArgument: false }, ['a', '--', '--format']).positional, ['a', '--format']);
  });

  test('the last of several values wins', () => {
    assert.equal(valueOf(parseArguments(SPEC, ['--format', 'table', '--format', 'ndjson']), 'format'), 'ndjson');
    assert.equal(valueOf(parseArguments(SPEC, []), 'format'), undefined);
  });

  const refusals: readonly (readonly [readonly string[], string, RegExp])[] = [
    [['--paralelism', '2'], 'USAGE_OPTION_UNKNOWN', /did you mean --parallelism/],
    [['-x'], 'USAGE_OPTION_UNKNOWN', /no option -x/],
    [['-p'], 'USAGE_VALUE_MISSING', /-p needs a value/],
    [['--format', 'xml'], 'USAGE_VALUE_INVALID', /'xml': give table, ndjson/],
    [['--verbose=yes'], 'USAGE_VALUE_INVALID', /takes no value/],
  ];
  for (const [words, code, message] of refusals) {
    test(`${words.join(' ')} is refused as ${code} with exit code 2`, () => {
      assert.throws(() => parseArguments(SPEC, words), { code, message, exitCode: 2 });
    });
  }

  test('a count is a whole number within its bound', () => {
    for (const text of ['0', '-1', 'two', '1.5', '']) assert.throws(() => countOf(parseArguments(SPEC, [`--parallelism=${text}`]), 'parallelism'), { code: 'USAGE_VALUE_INVALID' });
    assert.equal(countOf(parseArguments(SPEC, ['--parallelism=1_000']), 'parallelism'), 1000);
  });

  test('help lists every option once', () => {
    const help = formatHelp(SPEC);
    for (const option of SPEC.options) assert.equal(help.split(`--${option.name}`).length, 2);
  });
});
