/** Text of others, with nothing in it that cannot be seen. */

/**
 * Writes out what is invisible in a name, such as `[U+202E]`: after this character text runs from
 * right to left, so that `invoice[U+202E]gpj.exe` would look like a picture.
 */
export function visibleName(name: string): string {
  return name.replace(IN_NAMES, written);
}

/**
 * Does the same in what was said, but lets lines end, and letters and emoji be joined: nothing
 * there has to be told apart from something that looks the same.
 */
export function visibleText(text: string): string {
  return text.replace(IN_TEXTS, written);
}

function written(character: string): string {
  const digits = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `[U+${digits}]`;
}

/** Control and format characters, and separators of lines and paragraphs. */
const IN_NAMES = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const IN_TEXTS = /(?![\t\r\n\u200c\u200d])[\p{Cc}\p{Cf}]/gu;
