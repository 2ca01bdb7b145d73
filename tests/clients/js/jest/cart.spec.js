describe('cart', () => {
  describe('with one item ☃', () => {
    test('adds', () => expect(1 + 1).toBe(2));
    test('fails with a diff', () => expect({ a: 1, b: [1, 2, 3] }).toEqual({ a: 1, b: [1, 2, 4] }));
    test('throws "quoted" <text> & more', () => {
      throw new Error('first line\nsecond line');
    });
  });
  test('waits', async () => {
    await new Promise((done) => setTimeout(done, 20));
  });
  test.skip('is skipped', () => {});
  test.todo('is to be written');
  test.each([['a', 1], ['größer', 2], ['日本語', 3]])('takes %s', (_text, n) => expect(n).toBeLessThan(3));
  test('same name', () => {});
  test('same name', () => expect(true).toBe(false));
});

test('at the root', () => {});
