/**
 * Compiles the AssemblyScript kernels of src/engine/kernels/wasm to build/kernels/*.wasm.
 *
 * An entry module is one of `entries`; each is compiled four times: relaxed or plain SIMD, own or shared memory, as
 * <entry>.<relaxed|plain>[.shared].wasm. What has not changed since the last run is not compiled again.
 * Plain JavaScript: npm runs it at install time under whatever Node there is (20 or newer).
 * Usage: node scripts/build-kernels.mjs [--force]
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = join(root, 'src', 'engine', 'kernels', 'wasm')
const target = join(root, 'build', 'kernels')

/**
 * Modules that may live in one memory keep their constants at different places of its first page, which the arena
 * leaves to them: `base` is where those of an entry begin.
 */
export const entries = [
  { name: 'main', base: 1024, own: (file) => !/^(dot|knn|svd|rbm)/.test(file) },
  { name: 'dot', base: 32768, own: (file) => !/^(knn|svd|rbm)/.test(file) },
  { name: 'knn', base: 40960, own: (file) => ['knn.ts', 'common.ts', 'top-k.ts'].includes(file) },
  { name: 'svd', base: 49152, own: (file) => ['svd.ts', 'common.ts', 'dot-common.ts'].includes(file) },
  { name: 'rbm', base: 57344, own: (file) => ['rbm.ts', 'common.ts', 'draws.ts'].includes(file) },
]

const variants = ['relaxed', 'plain'].flatMap((simd) => [
  { simd, shared: false },
  { simd, shared: true },
])

function options({ simd, shared }, base) {
  const features = ['simd', ...(simd === 'relaxed' ? ['relaxed-simd'] : []), ...(shared ? ['threads'] : [])]
  return [
    ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--use', 'abort='],
    ...['--memoryBase', String(base)],
    ...features.flatMap((name) => ['--enable', name]),
    ...(shared ? ['--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'] : []),
  ]
}

/** Compiles what has changed. Throws an Error whose message is for people: the compiler's own words. */
export async function buildKernels({ force = false, log = () => {} } = {}) {
  const files = readdirSync(sources)
    .filter((file) => file.endsWith('.ts'))
    .sort()
  const wanted = entries.filter(({ name }) => files.includes(`${name}.ts`))
  const compiler = await import('assemblyscript/asc').then(
    (module) => module.default ?? module,
    () => null,
  )
  const failures = []
  mkdirSync(target, { recursive: true })
  for (const { name, base, own } of wanted) {
    const hash = createHash('sha256').update(JSON.stringify([compiler?.version, variants.map((v) => options(v, base))]))
    for (const file of files.filter(own)) hash.update(`${file}\0`).update(readFileSync(join(sources, file)))
    const digest = hash.digest('hex')
    const stamp = join(target, `${name}.sha256`)
    const outputs = variants.map((v) => join(target, `${name}.${v.simd}${v.shared ? '.shared' : ''}.wasm`))
    const present = outputs.every((file) => existsSync(file))
    if (!compiler && present) continue
    if (!compiler) throw new Error('the package assemblyscript is not installed, so the kernels cannot be compiled')
    if (!force && present && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) continue
    const began = performance.now()
    // All variants or none: what lies there always belongs to the stamp beside it.
    const binaries = []
    for (const variant of variants) {
      const { error, binary, stderr } = await compile(compiler, name, options(variant, base))
      if (error || !binary) {
        failures.push(`${name} (${variant.simd}${variant.shared ? ', shared' : ''}):\n${stderr || error?.message}`)
        break
      }
      binaries.push(binary)
    }
    if (binaries.length < variants.length) continue
    for (const [i, binary] of binaries.entries()) replace(outputs[i], binary)
    replace(stamp, digest)
    log(`compiled kernels "${name}" in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
  if (failures.length > 0) throw new Error(`kernels do not compile: ${failures.join('\n')}`)
}

async function compile(compiler, name, flags) {
  let binary = null
  const { error, stderr } = await compiler.main([`${name}.ts`, ...flags, '-o', 'out.wasm'], {
    readFile: (file) => {
      const path = join(sources, file)
      return existsSync(path) ? readFileSync(path, 'utf8') : null
    },
    writeFile: (_, contents) => {
      binary = contents
    },
    listFiles: () => [],
  })
  return { error, binary, stderr: stderr.toString() }
}

/** Others may be reading the old file, or building too. */
function replace(path, contents) {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, contents)
  renameSync(temporary, path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildKernels({ force: process.argv.includes('--force'), log: console.log }).catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
