// The Markdown pages that people write, and what the tests of this folder look for in them: code blocks and links.
import { dirname, join, normalize } from 'node:path';
import { projectFiles, readProjectFile } from '../architecture/project-files.js';

export interface CodeBlock {
  readonly page: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** Everything behind the fence's back-ticks, e.g. `ts program`. */
  readonly info: string;
  readonly text: string;
}

export interface Link {
  readonly page: string;
  readonly line: number;
  /** As written, without `#fragment`. */
  readonly target: string;
  /** Relative to the checkout. */
  readonly path: string;
}

export function docPages(): readonly string[] {
  return projectFiles().filter((path) => path === 'README.md' || path === 'CHANGELOG.md' || /^docs\/.*\.md$/.test(path));
}

export function codeBlocks(page: string): readonly CodeBlock[] {
  return codeBlocksOf(page, readProjectFile(page));
}

export function codeBlocksOf(page: string, text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { line: index + 1, info: fence[1]!.trim(), lines: [] };
    else {
      blocks.push({ page, line: open.line, info: open.info, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: the code block is never closed`);
  return blocks;
}

/** Links to files of the checkout: `[text](path)` outside of code. Addresses of other hosts and pure `#fragment`s are left out. */
export function links(page: string): readonly Link[] {
  return linksOf(page, readProjectFile(page));
}

export function linksOf(page: string, text: string): readonly Link[] {
  const found: Link[] = [];
  let isCode = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) isCode = !isCode;
    if (isCode) continue;
    for (const [, written] of line.replaceAll(/`[^`]*`/g, '').matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)) {
      const target = written!.split('#')[0]!;
      if (target === '' || /^[a-z]+:/.test(target)) continue;
      found.push({ page, line: index + 1, target, path: normalize(join(dirname(page), target)) });
    }
  }
  return found;
}
