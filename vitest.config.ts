import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores: ONNX Runtime and the kernels bring threads of their own.
    maxWorkers: 2,
    pool: 'forks',
    // On a busy machine a browser takes many times as long: limits are there to end what hangs, not to measure.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 30_000, interval: 100 } },
  },
})
