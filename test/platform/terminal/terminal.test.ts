// What every Terminal keeps to: the simulated one by hand, the real one with a pipe for its input.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { SimulatedTerminal } from '#platform/terminal/simulated-terminal';

const MODULE = JSON.stringify(new URL('../../../src/platform/terminal/node-terminal.js', import.meta.url).href);

/** What readLine gave, one after the other, until it gave undefined. */
type Reads = (input: readonly string[]) => Promise<readonly unknown[]>;

const terminals: Readonly<Record<string, Reads>> = {
  SimulatedTerminal: async (input) => {
    const terminal = new SimulatedTerminal();
    terminal.type(...input);
    terminal.endInput();
    return readAll(terminal);
  },
  NodeTerminal: async (input) => {
    const code = `import { NodeTerminal } from ${MODULE};
      const terminal = new NodeTerminal(); const lines = [];
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (;;) { const line = await terminal.readLine('> '); lines.push(line ?? null); if (line === undefined) break; }
      terminal.close(); terminal.close();
      console.log(JSON.stringify({ lines, isInteractive: terminal.isInteractive }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(input.map((line) => `${line}\n`).join(''));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    const { lines, isInteractive } = JSON.parse(output) as { lines: (string | null)[]; isInteractive: boolean };
    // Nobody sits at a pipe: no prompt is in the output either, or it would be no JSON.
    assert.equal(isInteractive, false);
    return lines.map((line) => line ?? undefined);
  },
};

async function readAll(terminal: SimulatedTerminal): Promise<unknown[]> {
  const lines: unknown[] = [];
  for (;;) {
    const line = await terminal.readLine('> ');
    lines.push(line);
    if (line === undefined) return lines;
  }
}

for (const [name, reads] of Object.entries(terminals)) {
  describe(`${name} as a Terminal`, () => {
    test('lines come in order, those from before they were asked for too, then the end', async () => {
      assert.deepEqual(await reads(['one', '', 'three']), ['one', '', 'three', undefined]);
    });

    test('an input without lines is at its end', async () => {
      assert.deepEqual(await reads([]), [undefined]);
    });
  });
}

test('who listens to interrupts hears them until he has enough', () => {
  const terminal = new SimulatedTerminal();
  let heard = 0;
  const listening = terminal.onInterrupt(() => heard++);
  terminal.interrupt();
  listening.cancel();
  terminal.interrupt();
  assert.equal(heard, 1);
});
