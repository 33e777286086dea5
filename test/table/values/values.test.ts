import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dateOf } from '#core/time/civil-date';
import { daysOf, isoWeek, addMonths } from '#table/values/calendar';
import type { ExactInteger } from '#core/columns/exact-integer';
import { addLong, multiplyLong, narrowInteger, subtractLong } from '#table/values/exact-integer';
import { divideDecimals, decimalText, rescale } from '#table/values/decimal-arithmetic';
import { doubleText, floatText, parseJavaDouble } from '#table/values/java-number-text';
import { javaRegex } from '#table/values/java-regex';
import { changePrecision, nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toEpochMs, toLocalMs } from '#table/values/time-zone';
import { compareTexts } from '#table/values/value-equality';

describe('values', () => {
  test('BIGINT arithmetic is that of 64 bits, whichever form the operands have', () => {
    const values: readonly bigint[] = [0n, 1n, -1n, 7n, 9007199254740991n, -9007199254740991n, 9007199254740992n, 9223372036854775807n, -9223372036854775808n, 3037000500n];
    const form = (value: bigint): ExactInteger => (value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value);
    for (const a of values) for (const b of values) {
      assert.equal(addLong(form(a), form(b)), form(BigInt.asIntN(64, a + b)), `${a} + ${b}`);
      assert.equal(subtractLong(form(a), form(b)), form(BigInt.asIntN(64, a - b)), `${a} - ${b}`);
      assert.equal(multiplyLong(form(a), form(b)), form(BigInt.asIntN(64, a * b)), `${a} * ${b}`);
    }
    assert.equal(narrowInteger(2147483648, 32), -2147483648);
    assert.equal(narrowInteger(300, 8), 44);
  });

  test('decimals round half up and quotients have 38 digits', () => {
    assert.equal(rescale(125, 2, 1), 13);
    assert.equal(rescale(-125, 2, 1), -13);
    assert.equal(decimalText(divideDecimals(1, 0, 3, 0, 38, 20)!, 20), '0.33333333333333333333');
    assert.equal(decimalText(-5, 2), '-0.05');
  });

  test('doubles are printed as Java prints them', () => {
    for (const [value, text] of [[1, '1.0'], [1e7, '1.0E7'], [0.001, '0.001'], [1e-4, '1.0E-4'], [123456.789, '123456.789'], [4.9e-324, '4.9E-324'], [2 ** 63, '9.223372036854776E18'], [Number.NaN, 'NaN'], [-0, '-0.0']] as const) assert.equal(doubleText(value), text);
    assert.equal(floatText(Math.fround(1.5e10)), '1.50000005E10');
    for (const text of ['1.1', '123.45679', '3.4028235E38', '1.4E-45']) assert.equal(floatText(Math.fround(Number(text))), text);
    assert.equal(parseJavaDouble(' 0x1.8p1 '), 3);
    assert.equal(parseJavaDouble('infinity'), undefined);
  });

  test('the calendar holds for every day of 800 years', () => {
    for (let days = daysOf(1600, 1, 1); days < daysOf(2400, 1, 1); days += 1) {
      const { year, month, day } = dateOf(days);
      const date = new Date(days * 86400000);
      assert.ok(year === date.getUTCFullYear() && month === date.getUTCMonth() + 1 && day === date.getUTCDate());
    }
    assert.equal(isoWeek(daysOf(2021, 1, 3)), 53);
    assert.deepEqual(dateOf(addMonths(daysOf(2024, 1, 31), 1)), { year: 2024, month: 2, day: 29 });
  });

  test('local times that occur twice or not at all are resolved as Java does', () => {
    const zone = timeZoneOf('America/New_York');
    assert.equal(new Date(toEpochMs(Date.UTC(2020, 2, 8, 2, 30), zone)).toISOString(), '2020-03-08T07:30:00.000Z');
    assert.equal(new Date(toEpochMs(Date.UTC(2020, 10, 1, 1, 30), zone)).toISOString(), '2020-11-01T05:30:00.000Z');
    assert.equal(toLocalMs(Date.UTC(2020, 6, 1), zone), Date.UTC(2020, 5, 30, 20));
    assert.equal(timeZoneOf('GMT-08:00').offsetAt(0), -28800000);
    assert.throws(() => timeZoneOf('Nowhere/Land'), /Unknown time zone/);
  });

  test('timestamps change their precision without losing sign or digits', () => {
    const value = timestampOf(-1, 999999, 9);
    assert.equal(value, -1);
    assert.equal(timestampMs(value, 9), -1);
    assert.equal(nanosOfMs(value, 9), 999999);
    assert.equal(changePrecision(1709212455123456789n, 9, 3), 1709212455123);
    assert.equal(changePrecision(1709212455123, 3, 9), 1709212455123000000n);
  });

  test('Java regular expressions mean what they mean in Java', () => {
    const matches = (pattern: string, text: string): boolean => javaRegex(pattern).test(text);
    assert.equal(matches('a.b', 'a\u0085b'), false);
    assert.equal(matches('^b$', 'b\n'), true);
    assert.equal(matches('(?i)ABC', 'abc'), true);
    assert.equal(matches('[a-z&&[^aeiou]]+$', 'xyz'), true);
    assert.equal(matches('^[a-z&&[^aeiou]]+$', 'xaz'), false);
    assert.equal(matches('\\Qa.b\\E', 'axb'), false);
    assert.equal(matches('^\\p{Alpha}+\\d++\\z', 'ab12'), true);
    assert.equal(matches('\\h\\Z', 'a \n'), true);
    assert.throws(() => javaRegex('('), /Invalid regular expression/);
  });

  test('texts are ordered by code points', () => {
    assert.ok(compareTexts('\uffee', '😀') < 0);
    assert.ok(compareTexts('a', 'ab') < 0);
  });
});
