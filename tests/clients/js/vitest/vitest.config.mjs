import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: process.env.VITEST_CACHE_DIR,
  test: {
    include: ['*.spec.mjs'],
    includeTaskLocation: true,
    reporters: ['default', 'json', 'buildkite-test-collector/vitest/reporter'],
    outputFile: { json: process.env.VITEST_JSON_REPORT },
  },
});
