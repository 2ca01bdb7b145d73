module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/*.spec.js'],
  testLocationInResults: true,
  reporters: ['default', 'buildkite-test-collector/jest/reporter'],
};
