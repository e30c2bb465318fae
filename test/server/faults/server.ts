import { type ChildProcess, spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { bin } from '../../cli/helpers.ts'

/** `marquee serve` in a process of its own. */
export interface Served {
  readonly child: ChildProcess
  readonly url: string
  readonly said: () => string
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

export async function serveProcess(...flags: string[]): Promise<Served> {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--log-level', 'warn', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout!.on('data', (chunk) => {
    out += chunk
  })
  child.stderr!.on('data', (chunk) => {
    out += chunk
  })
  // "close" and not "exit": after it, all that it said has been read.
  const ended = new Promise<number | string>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal!)))
  const url = await Promise.race([
    new Promise<string>((resolve) => {
      child.stdout!.on('data', () => {
        const found = /at (http:\S+)\nthe API .*\n/.exec(out)
        if (found) resolve(found[1]!)
      })
    }),
    ended.then((code) => {
      throw new Error(`marquee serve ended with ${code}:\n${out}`)
    }),
  ])
  return { child, url, ended, said: () => out }
}

export interface Outcome {
  /** null where the connection gave no answer. */
  readonly status: number | null
  readonly body: string
  /** The code of the connection's error. */
  readonly error: string | null
}

/** Requests over connections that stay open, as a busy client has them. */
export class Caller {
  readonly #agent: Agent
  readonly #url: URL

  constructor(url: string, connections: number) {
    this.#url = new URL(url)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  send(method: string, path: string, body?: unknown): Promise<Outcome> {
    return new Promise((resolve) => {
      const outgoing = request(
        {
          ...{ agent: this.#agent, hostname: this.#url.hostname, port: this.#url.port, method, path },
          ...(body !== undefined && { headers: { 'content-type': 'application/json' } }),
        },
        (incoming) => {
          let text = ''
          incoming.on('data', (chunk) => {
            text += chunk
          })
          incoming.on('end', () => resolve({ status: incoming.statusCode!, body: text, error: null }))
          incoming.on('error', (error: NodeJS.ErrnoException) =>
            resolve({ status: null, body: text, error: error.code ?? error.message }),
          )
        },
      )
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ status: null, body: '', error: error.code ?? error.message }),
      )
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  end(): void {
    this.#agent.destroy()
  }
}
