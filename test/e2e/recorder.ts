import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Recorded {
  readonly method: string
  /** Path and query as they were sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A server under another port, with every request that reaches it written down: of pages, workers and whatever else sends one. */
export interface Recorder {
  readonly url: string
  readonly requests: Recorded[]
  stop(): Promise<void>
}

export async function recorded(target: string): Promise<Recorder> {
  const requests: Recorded[] = []
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', () => {
      const body = Buffer.concat(chunks)
      const { method = '', url: path = '', headers } = asked
      requests.push({ method, path, headers: headers as Record<string, string>, body: body.toString() })
      const passed = request(`${target}${path}`, { method, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers)
        from.pipe(answer)
      })
      passed.on('error', () => answer.destroy())
      passed.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
