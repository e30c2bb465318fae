/**
 * Run by npm at install time ("prepare"): compiles the WebAssembly kernels, and builds the page and the API's description.
 * A failure is told in words, not as a trace.
 */
import { buildKernels } from './build-kernels.mjs'
import { buildPages } from './build-pages.mjs'

try {
  await buildKernels({ log: console.log })
} catch (error) {
  const missing = /not installed/.test(error.message)
  console.error(`marquee: ${error.message}`)
  console.error(
    missing
      ? 'marquee: install with the development dependencies (npm ci) to compile them; until then nothing can be trained.'
      : 'marquee: see src/engine/kernels/wasm; node scripts/build-kernels.mjs tries again.',
  )
  // Without development dependencies this is an install for production from source: let it finish.
  process.exitCode = missing ? 0 : 1
}

try {
  await buildPages({ log: (line) => console.log(`marquee: ${line}`) })
} catch (error) {
  console.error(`marquee: ${error.message}`)
  console.error('marquee: the server answers without its page; node scripts/build-pages.mjs tries again.')
  process.exitCode = 1
}
