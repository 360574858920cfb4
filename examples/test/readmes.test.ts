/** What the READMEs say of the examples: the diffs, and how many lines there are. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { EXAMPLES, examples, sources } from '../lib/serve.ts';

/** Lines of an example, besides the quick start. */
const MOST_LINES = 60;

/** The lines that every application begins with. */
const QUICK_START = codeBlocks(read('../README.md'), 'ts')[0]!.filter((line) => line !== '');
/** Of these, the line in which an application says who is where. */
const OPTIONS = /new Frameseal\(\{.*\}\)/;

const table = read('README.md').split('\n');

for (const name of examples()) {
  describe(name, () => {
    const file = sources(name).find((source) => source.startsWith('sealed'))!;
    const [plain, sealed] = [file.replace('sealed', 'plain'), file].map((source) =>
      read(join(name, source)).trimEnd().split('\n'),
    ) as [string[], string[]];
    const [diff] = codeBlocks(read(join(name, 'README.md')), 'diff');

    test('the diff makes the sealed version of the plain one', () => {
      assert.deepEqual(patched(plain, diff!), sealed);
    });

    test('it is short, and the table says how short', () => {
      assert.ok(besidesQuickStart(sealed).length <= MOST_LINES);
      const added = diff!.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
      assert.equal(linesInTable(name), besidesQuickStart(added).length);
    });
  });
}

describe('13-native-rust', () => {
  const source = read('../session/examples/two_members.rs').split('#[test]')[0]!;
  const lines = source.split('\n').filter((line) => line !== '');
  const [excerpt] = codeBlocks(read('13-native-rust/README.md'), 'rust');

  test('what its README shows is there', () => {
    assert.ok(source.includes(excerpt!.join('\n')));
  });

  test('it is short, and the table says how short', () => {
    assert.ok(lines.length <= MOST_LINES);
    assert.equal(linesInTable('13-native-rust'), lines.length);
  });
});

function linesInTable(name: string): number {
  const row = table.find((line) => line.includes(`(${name}/`)) ?? '';
  return Number(/ (\d+) \|$/.exec(row)?.[1]);
}

/** Follows a diff without line numbers: what it names is looked for from where it came to. */
function patched(plain: string[], diff: string[]): string[] {
  const made: string[] = [];
  let rest = plain;
  for (const hunk of diff.join('\n').split('\n@@\n')) {
    const lines = hunk.split('\n');
    const [before, after] = ['+', '-'].map((others) =>
      lines.filter((line) => !line.startsWith(others)).map((line) => line.slice(1)),
    ) as [string[], string[]];
    const at = rest.findIndex((_, index) =>
      before.every((line, offset) => rest[index + offset] === line),
    );
    assert.ok(at >= 0, `the plain version has: ${before.join('\n')}`);
    made.push(...rest.slice(0, at), ...after);
    rest = rest.slice(at + before.length);
  }
  return [...made, ...rest];
}

/** The lines that say something, but for the quick start's, and the import of `page.ts`. */
function besidesQuickStart(lines: string[]): string[] {
  const start = QUICK_START.map(general);
  return lines.filter((line) => {
    const at = start.indexOf(general(line));
    if (at >= 0) start.splice(at, 1);
    return at < 0 && line.trim() !== '' && !line.endsWith(" from '../page.ts';");
  });
}

function general(line: string): string {
  return line.trim().replace(OPTIONS, 'new Frameseal(…)');
}

function codeBlocks(text: string, language: string): string[][] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\`$`, 'gms'));
  return [...blocks].map(([, block]) => block!.split('\n'));
}

function read(path: string): string {
  return readFileSync(join(EXAMPLES, path), 'utf8');
}
