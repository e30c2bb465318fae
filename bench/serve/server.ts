import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/machine.ts'

/** A `marquee serve` of its own process, as a user starts it. */
export class Server {
  readonly url: string
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.child = child
    this.url = url
  }

  /** Resolves when it answers. */
  static async start(folder: string, artefacts: readonly string[]): Promise<Server> {
    mkdirSync(folder, { recursive: true })
    const args = [
      ...[join(repository, 'bin/marquee.js'), 'serve', '--json', '--port', '0', '--log-level', 'warn'],
      ...['--store', join(folder, 'store.db'), '--folder', join(folder, 'models')],
      ...artefacts.flatMap((artefact) => ['--artefact', artefact]),
    ]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    process.once('exit', () => child.kill())
    let text = ''
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout!.on('data', (chunk: Buffer) => {
        text += chunk
        try {
          const { url } = JSON.parse(text) as { url?: string }
          if (url !== undefined) resolve(url)
        } catch {
          // The document is not whole yet.
        }
      })
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)))
    })
    return new Server(child, url)
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    await ended
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** MiB resident, as its own metrics say. */
  async memory(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text()
    const found = /^process_resident_memory_bytes(?:\{[^}]*\})? ([\d.e+]+)/m.exec(text)
    if (!found) throw new Error('the metrics do not tell the memory')
    return Number(found[1]) / 2 ** 20
  }
}
