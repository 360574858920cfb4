import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleName, visibleText } from '../visible.ts';

test('a program does not look like a picture', () => {
  assert.equal(visibleName('invoice\u202egpj.exe'), 'invoice[U+202E]gpj.exe');
});

test('all that changes the direction or is invisible is written out', () => {
  const hidden = [
    ...range(0x202a, 0x202e),
    ...range(0x2066, 0x2069),
    ...[0x61c, 0x200e, 0x200f, 0xad, 0x200b, 0x2060, 0xfeff, 0xe0041, 0x7f, 0x0],
  ];
  for (const code of hidden) {
    const written = `a[U+${code.toString(16).toUpperCase().padStart(4, '0')}]b`;
    assert.equal(visibleName(`a${String.fromCodePoint(code)}b`), written);
    assert.equal(visibleText(`a${String.fromCodePoint(code)}b`), written);
  }
});

test('what can be seen stays as it is', () => {
  for (const text of ['Zoë', 'rapport 2026 (final).pdf', 'שלום', 'مرحبا', '日本語', '🙂']) {
    assert.equal(visibleName(text), text);
    assert.equal(visibleText(text), text);
  }
});

test('what is said has lines and joined letters, and a name has none', () => {
  for (const text of ['two\nlines', 'a\ttab', '👩\u200d💻', 'می\u200cخواهم']) {
    assert.equal(visibleText(text), text);
    assert.match(visibleName(text), /\[U\+[0-9A-F]{4}\]/);
  }
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
