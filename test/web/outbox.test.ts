import { describe, expect, it } from 'vitest'
import type { NewFeedback } from '../../web/src/api.ts'
import { type Carrier, Outbox, outboxKey, type Pending, visitorKey } from '../../web/src/profile/outbox.ts'
import { readSettings, shares, standardSettings } from '../../web/src/profile/settings.ts'

function memory() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}
const put = (item: string, value: number | null = 4): Omit<Pending, 'n'> => ({
  ...{ action: 'put', item, kind: 'rating', value },
  ...{ time: '2026-01-01T00:00:00.000Z', recommendation: null },
})
const take = (item: string): Omit<Pending, 'n'> => ({ ...put(item, null), action: 'delete' })

/** Notes what arrives; refuses the items named, and everything while down. */
class Server implements Carrier {
  readonly log: string[] = []
  down = false
  readonly refuses = new Set<string>()
  async add(feedback: NewFeedback[]) {
    if (this.down) throw Object.assign(new Error('down'), { status: 0 })
    if (feedback.some(({ item }) => this.refuses.has(item))) throw Object.assign(new Error('no'), { status: 404 })
    this.log.push(`put ${feedback.map(({ user, item, value }) => `${user}/${item}=${value}`).join(' ')}`)
  }
  async remove({ user, item, kind }: { user: string; item: string; kind: string }) {
    if (this.down) throw Object.assign(new Error('down'), { status: 503 })
    this.log.push(`delete ${user}/${item} ${kind}`)
  }
}
function made() {
  const storage = memory()
  const server = new Server()
  return { storage, server, outbox: new Outbox(storage, server, () => 'x') }
}

describe('the outbox', () => {
  it('sends in order, puts together, deletes one by one', async () => {
    const { server, outbox } = made()
    outbox.put([put('1'), put('2', 3)])
    outbox.put([take('1')])
    outbox.put([put('3')])
    await outbox.flush()
    expect(server.log).toEqual(['put web-x/1=4 web-x/2=3', 'delete web-x/1 rating', 'put web-x/3=4'])
    expect(outbox.pending()).toEqual([])
  })
  it('keeps everything while the server is down, over a reload, and sends it later', async () => {
    const { storage, server, outbox } = made()
    server.down = true
    outbox.put([put('1')])
    await expect(outbox.flush()).rejects.toThrow('down')
    const later = new Outbox(storage, server, () => 'other')
    later.put([take('1')])
    await expect(later.flush()).rejects.toThrow('down')
    expect(later.pending()).toHaveLength(2)
    server.down = false
    await later.flush()
    expect(server.log).toEqual(['put web-x/1=4', 'delete web-x/1 rating'])
  })
  it('gives up only the entry that the server refuses for good', async () => {
    const { server, outbox } = made()
    server.refuses.add('2')
    outbox.put([put('1'), put('2'), put('3')])
    await outbox.flush()
    expect(server.log).toEqual(['put web-x/1=4', 'put web-x/3=4'])
    expect(outbox.pending()).toEqual([])
  })
  it('sends an import in parts', async () => {
    const { server, outbox } = made()
    outbox.put(Array.from({ length: 1_200 }, (_, i) => put(String(i))))
    await outbox.flush()
    expect(server.log.map((line) => line.split(' ').length - 1)).toEqual([500, 500, 200])
  })
  it('what is put while it sends is sent too, in one run', async () => {
    const { server, outbox } = made()
    outbox.put([put('1')])
    const first = outbox.flush()
    outbox.put([put('2')])
    await Promise.all([first, outbox.flush()])
    expect(server.log.join('; ')).toContain('web-x/2=4')
    expect(outbox.pending()).toEqual([])
  })
  it('forgets the id when cleared, and reads rubbish as nothing', () => {
    const { storage, outbox } = made()
    expect(outbox.knownVisitor()).toBeNull()
    expect(outbox.visitor()).toBe('web-x')
    storage.setItem(outboxKey, '{"no": "list"}')
    expect(outbox.pending()).toEqual([])
    outbox.clear()
    expect(storage.getItem(visitorKey)).toBeNull()
  })
})

describe('settings', () => {
  it('share by default only with the machine’s own server, and never in browser-only mode', () => {
    expect(shares(standardSettings, 'localhost')).toBe(true)
    expect(shares(standardSettings, 'films.example')).toBe(false)
    expect(shares({ ...standardSettings, share: true }, 'films.example')).toBe(true)
    expect(shares({ ...standardSettings, share: false }, 'localhost')).toBe(false)
    expect(shares({ ...standardSettings, share: true, browserOnly: true }, 'localhost')).toBe(false)
  })
  it('are read as far as they are understood', () => {
    expect(readSettings(null)).toEqual(standardSettings)
    expect(readSettings('[')).toEqual(standardSettings)
    const text = '{"diversity": 2, "genres": ["Drama", 1], "yearFrom": 1990, "share": 1, "precision": "int8"}'
    expect(readSettings(text)).toEqual({
      ...standardSettings,
      genres: ['Drama'],
      yearFrom: 1990,
      precision: 'int8',
    })
  })
})
