import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const bin = join(root, 'bin/marquee.js')

/** A server of its own, as `marquee serve` starts it, with the page as the sources have it now. */
export interface TestServer {
  /** "http://127.0.0.1:PORT" */
  readonly url: string
  /** Thrown away at the end. */
  readonly folder: string
  /** A request to the API; throws with the answer where it is none of 200 to 299. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown, key?: string): Promise<T>
  stop(): Promise<void>
}

/** Runs a command of Marquee to its end; throws with what it printed where it fails. */
export const marquee = (...args: string[]): Promise<string> => node(bin, ...args)

async function node(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let all = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
    all += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    all += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${all}`)
  return out
}

/** Trains a model on the shipped ratings, or on those of a file or folder, into a folder. */
export async function trainArtefact(
  folder: string,
  model = 'embedding-dot',
  data = 'ml-latest-small',
): Promise<string> {
  await marquee('train', data, '--model', model, '--seed', '1', '--out', folder)
  return folder
}

/** Builds the page where its sources changed, trains the default model, and serves both on a free port with an empty store. */
export async function startServer({
  flags = [] as readonly string[],
  model = 'embedding-dot',
  data = 'ml-latest-small',
} = {}): Promise<TestServer> {
  await node(join(root, 'scripts/build-pages.mjs'))
  const folder = mkdtempSync(join(tmpdir(), 'marquee-e2e-'))
  const artefact = await trainArtefact(join(folder, 'artefact'), model, data)
  const child = spawn(
    process.execPath,
    [
      ...[bin, 'serve', '--artefact', artefact, '--port', '0', '--log-level', 'warn'],
      ...['--store', join(folder, 'marquee.db'), '--folder', join(folder, 'served'), ...flags],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk
      const found = / at (http:\/\/[\d.:]+)\s/.exec(said)
      if (found) resolve(found[1]!)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk
    })
    child.on('close', (code) => reject(new Error(`marquee serve ended with ${code}:\n${said}`)))
  })
  return {
    url,
    folder,
    async api<T>(method: string, path: string, body?: unknown, key?: string) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'x-api-key': key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const answer = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
      return JSON.parse(answer) as T
    },
    async stop() {
      child.kill('SIGTERM')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
