// `millrace explain-memory`: gives the command the doors it asks for.
import type { CommandContext } from '#cli/command-context';
import { runExplainMemory } from '#cli/commands/explain-memory';
import { readConfigFile } from '#cli/configuration-input';

export async function runMemory({ platform, words }: CommandContext): Promise<number> {
  const { process } = platform;
  const settings = (await readConfigFile(platform)).toMap();
  return runExplainMemory(words, {
    stdout: (text) => process.writeStdout(text),
    stderr: (text) => process.writeStderr(text),
    hostMemoryBytes: process.hostMemoryBytes,
    hostCores: process.hostCores,
    loadConfig: () => settings,
  });
}
