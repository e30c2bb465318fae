import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * Stands between a client and PostgreSQL and cuts the connection at the next commit: `before` PostgreSQL has heard of it, or
 * `after`, when the answer is on its way.
 */
export class CuttingProxy {
  cut: 'before' | 'after' | null = null
  /** Connections cut so far. */
  cuts = 0
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(port: number) {
    this.server = createServer((client) => this.serve(client, port))
  }

  static async before(port: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port)
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.server.address() as { port: number }).port
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }

  private serve(client: Socket, port: number): void {
    const upstream = connect(port, '127.0.0.1')
    let swallowAnswer = false
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      this.sockets.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    client.on('data', (bytes) => {
      if (this.cut !== null && bytes.includes('commit\0')) {
        const { cut } = this
        this.cut = null
        this.cuts++
        if (cut === 'before') return end()
        swallowAnswer = true
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (swallowAnswer) end()
      else client.write(bytes)
    })
  }
}
