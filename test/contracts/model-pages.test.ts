import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, modelsOn, pages, withTables } from '../../scripts/model-pages.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { modelDefinitions } from '../../src/models/registry.ts'

registerBuiltins()
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

test('every model has one table of settings in docs/models, and stands in its README', () => {
  const names = modelDefinitions().map(({ name }) => name)
  expect(
    pages()
      .flatMap((page) => modelsOn(read(page)))
      .sort(),
  ).toEqual([...names].sort())
  const index = read('README.md')
  for (const name of names) expect(index, name).toContain(`\`${name}\``)
})

test('the pages that the README names are there', () => {
  const linked = [...read('README.md').matchAll(/\]\(([\w-]+\.md)/g)].map(([, name]) => name!)
  expect(linked.length).toBeGreaterThan(10)
  for (const name of linked) expect(existsSync(join(folder, name)), name).toBe(true)
  expect(pages().filter((name) => name !== 'README.md' && !linked.includes(name))).toEqual([])
})

test.each(pages())('%s has the settings that the code has: else run npm run model-pages', (page) => {
  expect(read(page)).toBe(withTables(read(page)))
})
