import { parentPort, workerData } from 'node:worker_threads'
import { MarqueeError } from '../../core/errors.ts'
import { Connection } from './connection.ts'
import { explainSqlite } from './errors.ts'
import type { Ask, Failure, Reply, Request, ThreadData } from './messages.ts'
import type { Writer } from './writer.ts'

// A thread that waits for the disk and for locks, so that the thread that serves requests does not have to.

const data = workerData as ThreadData
const connections = new Map<number, Connection>()
let writer: Writer | null = null

/** Only where it is wanted: the thread of the long reads starts sooner without what writes need. */
async function writing(): Promise<Writer> {
  const { Writer } = await import('./writer.ts')
  writer ??= new Writer(data)
  return writer
}

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.op) {
    case 'migrate':
      return (await writing()).migrate()
    case 'write':
      return (await writing()).write(ask.name, ask.args)
    case 'emptyLog':
      return (await writing()).emptyLog()
    case 'vacuum':
      return (await writing()).vacuum(ask.most)
    case 'open':
      connections.set(ask.connection, new Connection(data.path, { timeout: data.patience, queryOnly: ask.queryOnly }))
      return null
    case 'run':
      return connections.get(ask.connection)!.run(ask.sql, ask.parameters)
    case 'rollback':
      return connections.get(ask.connection)?.rollback()
    case 'close':
      connections.get(ask.connection)?.close()
      connections.delete(ask.connection)
      return null
    case 'end':
      for (const connection of connections.values()) connection.close()
      writer?.close()
      return null
  }
}

function failureOf(thrown: unknown): Failure {
  const error = explainSqlite(thrown, data.path)
  if (error instanceof MarqueeError) {
    const { code, message, place, remedy, stack } = error
    return { code, message, place, remedy, stack }
  }
  const { message = String(error), stack } = (error ?? {}) as Partial<Error>
  return { code: null, message, place: undefined, remedy: undefined, stack }
}

let before: Promise<void> = Promise.resolve()
parentPort!.on('message', ({ id, ask }: Request) => {
  before = before.then(async () => {
    const reply = await answer(ask).then(
      (result): Reply => ({ id, result }),
      (thrown: unknown): Reply => ({ id, failure: failureOf(thrown) }),
    )
    parentPort!.postMessage(reply)
  })
})
