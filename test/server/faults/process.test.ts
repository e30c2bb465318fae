import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../../src/store/index.ts'
import { shippedArtefact, temporaryFolder } from '../http/helpers.ts'
import { Caller, type Served, serveProcess } from './server.ts'

const folder = temporaryFolder()
let artefact: string
beforeAll(async () => {
  artefact = await shippedArtefact(folder)
})

const start = (name: string): Promise<Served> =>
  serveProcess('--artefact', artefact, '--store', join(folder, `${name}.db`), '--folder', join(folder, name))

interface Kept {
  readonly seq: number
  readonly user: string
  readonly item: string
  readonly value: number
}

/** Writers that go on until nobody answers: what was acknowledged, and how each ended. */
async function writeUntilGone(url: string, onAcknowledged: (count: number) => void) {
  const caller = new Caller(url, 8)
  const acknowledged: Kept[] = []
  const errors: (string | number)[] = []
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; ; n++) {
        const feedback = [
          { user: `writer ${writer}`, item: String(1 + (n % 3)), kind: 'rating', value: 0.5 + (n % 10) / 2 },
          { user: `writer ${writer}`, item: '1', kind: 'impression', context: { n } },
        ]
        const { status, body, error } = await caller.send('POST', '/v1/feedback', { feedback })
        if (status === 201) {
          acknowledged.push(...(JSON.parse(body) as { feedback: Kept[] }).feedback)
          onAcknowledged(acknowledged.length)
        } else {
          errors.push(error ?? status!)
          return
        }
      }
    }),
  )
  caller.end()
  return { acknowledged, errors }
}

async function eventsOf(name: string): Promise<Map<number, Kept>> {
  const store = await openStore(join(folder, `${name}.db`))
  const found = new Map<number, Kept>()
  for (let cursor: string | null = null; ; ) {
    const page = await store.events({ limit: 1000, cursor })
    for (const event of page.entries) found.set(event.seq, event as Kept)
    cursor = page.next
    if (cursor === null) break
  }
  await store.close()
  return found
}

describe('feedback under load', () => {
  test('kill -9: every acknowledged event is there after it, and the server starts again', async () => {
    const { child, url, ended } = await start('killed')
    const { acknowledged } = await writeUntilGone(url, (count) => count === 302 && child.kill('SIGKILL'))
    expect(await ended).toBe('SIGKILL')
    expect(acknowledged.length).toBeGreaterThanOrEqual(302)
    const again = await start('killed')
    const caller = new Caller(again.url, 1)
    expect((await caller.send('GET', '/health/ready')).status).toBe(200)
    const list = JSON.parse((await caller.send('GET', '/v1/users/writer%200/recommendations?k=3')).body)
    // Three movies were rated, again and again.
    expect(list.profile).toBe(3)
    caller.end()
    again.child.kill('SIGTERM')
    expect(await again.ended).toBe(0)
    const kept = await eventsOf('killed')
    for (const event of acknowledged) expect(kept.get(event.seq)).toEqual(event)
  })

  test('SIGTERM: what was sent is answered, then nobody listens; exit code 0', async () => {
    const { child, url, ended, said } = await start('ended')
    const { acknowledged, errors } = await writeUntilGone(url, (count) => count === 302 && child.kill('SIGTERM'))
    expect(await ended).toBe(0)
    // Refused: the connection was never made. Anything else would be a request that was taken and dropped.
    expect(errors).toEqual(Array(8).fill('ECONNREFUSED'))
    expect(said()).not.toMatch(/cut off|mistake of ours/)
    const kept = await eventsOf('ended')
    for (const event of acknowledged) expect(kept.get(event.seq)).toEqual(event)
    expect(kept.size).toBe(acknowledged.length)
  })
})
