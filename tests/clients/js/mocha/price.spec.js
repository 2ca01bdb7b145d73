const assert = require('node:assert');

describe('price', () => {
  describe('of plums', () => {
    it('is even', () => assert.strictEqual(4 % 2, 0));
    it('fails', () => assert.strictEqual(1 + 1, 3));
    it('throws größer & <less>', () => {
      throw new RangeError('first line\nsecond line');
    });
  });
  it.skip('is skipped', () => {});
  it('is to be written');
  it('waits', (done) => {
    setTimeout(done, 20);
  });
  for (const text of ['a', '日本語', '🍏']) {
    it(`takes ${text}`, () => assert.notStrictEqual(text, '🍏'));
  }
});

it('at the root', () => {});
