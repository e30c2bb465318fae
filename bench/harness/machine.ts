import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

/** What a result was measured on and with. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  /** Of the processor's abilities those that matter to arithmetic; empty where the system does not list them. */
  readonly flags: readonly string[]
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  readonly v8: string
  readonly onnxruntime: string
  /** Null where there is none. */
  readonly pytorch: string | null
  readonly date: string
  /** With a "+" where the working tree had changes. */
  readonly commit: string
  readonly command: string
}

export const repository = fileURLToPath(new URL('../../', import.meta.url))
export const python = process.env.MARQUEE_PYTHON ?? '/usr/bin/python3'

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    flags: flags(),
    memoryBytes: totalmem(),
    system: `${distribution() ?? type()}, kernel ${release()}, ${arch()}`,
    node: process.version,
    v8: process.versions.v8,
    onnxruntime: onnxruntime(),
    pytorch: pytorch(),
    date: new Date().toISOString(),
    commit: commit(),
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' '),
  }
}

export const loadAverage = (): number => (process.platform === 'win32' ? -1 : Math.round(loadavg()[0]! * 100) / 100)

/** As part of a file name: lower case letters, digits and hyphens. */
export const slug = (text: string): string =>
  text
    .replace(/\((r|tm)\)/gi, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

function flags(): string[] {
  const line = attempt(() => /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1])
  return (line ?? '').split(/\s+/).filter((flag) => /^(avx|fma|amx|asimd|sve|f16c|sse4_2)/.test(flag))
}

function distribution(): string | undefined {
  return attempt(() => /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1])
}

function onnxruntime(): string {
  const require = createRequire(import.meta.url)
  for (const name of ['onnxruntime-node', 'onnxruntime-web']) {
    const version = attempt(() => {
      const path = require.resolve(name)
      const at = path.lastIndexOf(name) + name.length
      return (JSON.parse(readFileSync(`${path.slice(0, at)}/package.json`, 'utf8')) as { version: string }).version
    })
    if (version) return `${name} ${version}`
  }
  return 'none'
}

/** Its version and what does its matrix products: with one library it can be twenty times as fast as with another. Null without PyTorch. */
export function pytorch(): string | null {
  return attempt(() => run(python, [fileURLToPath(new URL('../torch/version.py', import.meta.url))])) ?? null
}

function commit(): string {
  const hash = attempt(() => run('git', ['-C', repository, 'rev-parse', '--short', 'HEAD']))
  const changed = attempt(() => run('git', ['-C', repository, 'status', '--porcelain', '-uno', '--', 'src', 'bench']))
  return hash ? hash + (changed ? '+' : '') : 'unknown'
}

const run = (command: string, args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
