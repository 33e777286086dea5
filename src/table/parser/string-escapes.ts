// Escape sequences of E'...' and U&'...' strings. undefined: a sequence is cut short or names no character.

const C_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** PostgreSQL's escapes: \b \f \n \r \t, \o to \ooo octal, \xhh, \uhhhh, \Uhhhhhhhh; any other character stands for itself. */
export function decodeCEscapes(raw: string): string | undefined {
  let isBroken = false;
  const decoded = raw.replaceAll(/''|\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8})|([\s\S]))/g, (whole, octal?: string, hex?: string, short?: string, long?: string, other?: string) => {
    if (whole === "''") return "'";
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (other !== undefined) return C_ESCAPES[other] ?? other;
    const isWhole = short === undefined ? long!.length === 8 : short.length === 4;
    const code = Number.parseInt(short ?? long!, 16);
    if (isWhole && code <= 0x10ffff) return String.fromCodePoint(code);
    isBroken = true;
    return '';
  });
  return isBroken ? undefined : decoded;
}

/** `\0041`, `\+01F600`, and the escape character twice for itself. */
export function decodeUnicodeEscapes(value: string, escape: string): string | undefined {
  let decoded = '';
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] !== escape) {
      decoded += value[at]!;
      continue;
    }
    if (value[at + 1] === escape) {
      decoded += escape;
      at += 1;
      continue;
    }
    const isLong = value[at + 1] === '+';
    const digits = isLong ? value.slice(at + 2, at + 8) : value.slice(at + 1, at + 5);
    const code = Number.parseInt(digits, 16);
    if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length !== (isLong ? 6 : 4) || code > 0x10ffff) return undefined;
    decoded += String.fromCodePoint(code);
    at += isLong ? 7 : 4;
  }
  return decoded;
}
