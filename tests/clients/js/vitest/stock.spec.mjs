import { describe, expect, test } from 'vitest';

describe('stock', () => {
  describe('of pears 🍐', () => {
    test('counts', () => expect([1, 2, 3]).toHaveLength(3));
    test('fails with a diff', () => expect({ a: 1 }).toEqual({ a: 2 }));
    test('throws', () => {
      throw new TypeError('not a pear: <apple> & "orange"');
    });
  });
  test.skip('is skipped', () => {});
  test.todo('is to be written');
  test.each([['a', 1], ['größer', 2], ['日本語', 3]])('takes %s', (_text, n) => expect(n).toBeLessThan(3));
  test('waits', () => new Promise((done) => setTimeout(done, 20)));
});

test('at the root', () => {});
