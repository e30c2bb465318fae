import { expect } from 'vitest'
import type { MarqueeError } from '../../src/core/errors.ts'
import type { NewFeedback, Page, PageOptions, Store } from '../../src/store/index.ts'

/** The store of the test that runs. */
export interface Current {
  store: Store
  address: string
}

export const rating = (user: string, item: string, value: number): NewFeedback => ({
  user,
  item,
  kind: 'rating',
  value,
})

/** Text that has broken programs: SQL, quotes, wildcards, other scripts, combining marks, emoji, right-to-left, edges of UTF-16. */
export const nasty = [
  `'; drop table users; --`,
  `" or ""="`,
  '%_\\',
  '$1 ? :name @x',
  '用户一',
  'Ünïcödé e\u0301',
  '👩‍🚀',
  'عربى',
  '\u{10ffff}\uffff',
  ' ',
  '__proto__',
  'NULL',
  '../../etc/passwd',
  'x'.repeat(200),
]

/** All entries of a list, page by page; every page but the last is full. */
export async function allPages<T>(read: (page: PageOptions) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null = null; ; ) {
    const page: Page<T> = await read({ cursor, limit })
    all.push(...page.entries)
    if (page.next === null) return all
    expect(page.entries).toHaveLength(limit)
    cursor = page.next
  }
}

/** The code of the MarqueeError that a promise rejects with, which must say something. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.fail('it was not refused'),
    (thrown: MarqueeError) => thrown,
  )
  expect(error.name, error.stack).toBe('MarqueeError')
  expect(error.message.length).toBeGreaterThan(10)
  return error.code
}
