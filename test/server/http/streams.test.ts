import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { MarqueeError } from '../../../src/core/errors.ts'
import { createClient } from '../../../src/server/client/index.ts'
import { fakeService, post, run, send } from './helpers.ts'

const batch = '/v1/batch/recommendations'
const list = (user: string, size: number) => ({ user, list: { model: 'm', items: [], note: 'x'.repeat(size) } })

/** Opens a POST whose answer is read by hand. */
function open(url: string, target: string, body: unknown) {
  return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const outgoing = request(url + target, { method: 'POST', headers: { 'content-type': 'application/json' } }, resolve)
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(body))
  })
}
/** What a connection on this machine may hold between a writer and a reader that does not read, in bytes. */
function mostBuffered(): number {
  const most = ['tcp_rmem', 'tcp_wmem'].map((name) => {
    const path = `/proc/sys/net/ipv4/${name}`
    return existsSync(path) ? Number(readFileSync(path, 'utf8').trim().split(/\s+/)[2]) : 6 * 2 ** 20
  })
  return most.reduce((sum, bytes) => sum + bytes, 8 * 2 ** 20)
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('NDJSON', () => {
  test('a line for each user in order, a problem in its place', async () => {
    const { url } = await run(
      fakeService({
        async *recommendBatch({ users }: { users: string[] }) {
          for (const user of users) {
            if (user === 'b') yield { user, problem: new MarqueeError('unknown-user', 'nobody') }
            else yield list(user, 3)
          }
        },
      }),
    )
    const { text, headers } = await post(url, batch, { users: ['a', 'b', 'c'] })
    expect(headers['content-type']).toBe('application/x-ndjson')
    expect(text.endsWith('\n')).toBe(true)
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ user }) => user)).toEqual(['a', 'b', 'c'])
    expect(lines[1].problem).toMatchObject({ status: 404, code: 'unknown-user' })
    expect(lines[2].list.note).toBe('xxx')
  })

  test('what is wrong from the start is a problem answer', async () => {
    const { url } = await run(
      fakeService({
        // biome-ignore lint/correctness/useYield: it fails before its first line
        async *recommendBatch() {
          throw new MarqueeError('no-model', 'nothing is live')
        },
      }),
    )
    const { status, json } = await post(url, batch, { users: ['a'] })
    expect([status, json.code]).toEqual([503, 'no-model'])
  })

  test('a slow reader holds the source back, and goes on where it was', async () => {
    let made = 0
    const size = Math.max(10_000, Math.ceil(mostBuffered() / 2_000))
    const { url } = await run(
      fakeService({
        async *recommendBatch({ users }: { users: string[] }) {
          for (const user of users) {
            made++
            yield list(user, size)
          }
        },
      }),
    )
    const users = Array.from({ length: 3_000 }, (_, n) => String(n))
    const answer = await open(url, batch, { users })
    answer.pause()
    // Until the buffers of both sides are full nothing is held back: two thirds of it at most fit into them.
    let before = -1
    while (made !== before) {
      before = made
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(made).toBeGreaterThan(0)
    expect(made).toBeLessThan(2_500)
    const seen: string[] = []
    for await (const line of createInterface({ input: answer })) {
      const { user, list: own } = JSON.parse(line)
      seen.push(user)
      if (own.note.length !== size) expect.fail(`line ${user} has ${own.note.length} of ${size}`)
    }
    expect(seen).toEqual(users)
  })

  test('the source is ended when the client goes away', async () => {
    let made = 0
    let ended = false
    const { url } = await run(
      fakeService({
        async *recommendBatch() {
          try {
            for (;;) {
              made++
              yield list('u', 1_000)
            }
          } finally {
            ended = true
          }
        },
      }),
    )
    const answer = await open(url, batch, { users: ['u'] })
    await new Promise((resolve) => answer.once('data', resolve))
    answer.destroy()
    await until(() => ended)
    const then = made
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(made).toBe(then)
    expect((await send(url, '/health/live')).status).toBe(200)
  })

  test('what breaks in mid-stream breaks the connection: a cut answer never looks whole', async () => {
    const { url } = await run(
      fakeService({
        async *recommendBatch() {
          yield list('a', 1)
          throw new Error('broken')
        },
      }),
    )
    const answer = await open(url, batch, { users: ['a', 'b'] })
    const read = async () => {
      for await (const chunk of answer) expect(String(chunk)).not.toContain('broken')
    }
    await expect(read()).rejects.toThrow(/aborted|ECONNRESET/)
    expect((await send(url, '/health/live')).status).toBe(200)
  })
})

describe('server-sent events', () => {
  const training = (signals: AbortSignal[]) =>
    fakeService({
      async *trainingEvents(_id: string, signal: AbortSignal) {
        signals.push(signal)
        yield { event: 'progress', job: { id: 'j', state: 'running' } }
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      },
    })

  test('events, then heartbeats while nothing happens; a client gone frees the source', async () => {
    const signals: AbortSignal[] = []
    const { url } = await run(training(signals), { heartbeat: 20 })
    const answer = await new Promise<import('node:http').IncomingMessage>((resolve) => {
      request(`${url}/v1/training/j/events`, resolve).end()
    })
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
    let text = ''
    answer.on('data', (chunk) => {
      text += chunk
    })
    await until(() => text.split(': still here').length > 4)
    expect(text).toContain('event: progress\ndata: {"id":"j","state":"running"}\n\n')
    expect(signals[0]!.aborted).toBe(false)
    answer.destroy()
    await until(() => signals[0]!.aborted)
  })

  test('HEAD opens no stream that stays', async () => {
    const signals: AbortSignal[] = []
    const { url } = await run(training(signals))
    expect((await send(url, '/v1/training/j/events', { method: 'HEAD' })).status).toBe(200)
    // A source that was never begun needs no end.
    await until(() => signals.every(({ aborted }) => aborted))
  })

  test('the server’s end ends them at once', async () => {
    const signals: AbortSignal[] = []
    const server = await run(training(signals))
    const seen: string[] = []
    const reading = (async () => {
      for await (const { event } of createClient(server.url).trainingEvents({ id: 'j' })) seen.push(event)
    })()
    await until(() => seen.length === 1)
    expect(await server.close()).toEqual({ cut: 0 })
    await reading
    expect(seen).toEqual(['progress'])
  })
})
