// More than one chunk of the collector, which sends 5,000 results in a request and all requests at once.
const count = Number(process.env.MANY_TESTS || 3);
describe('many', () => {
  for (let n = 0; n < count; n += 1) {
    test(`number ${n}`, () => {});
  }
});
