import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { manifestChecksum } from '../../src/catalogue/artefact.ts'
import { marquee, spawnMarquee, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
const ratings = writeRatings(join(folder, 'ratings.csv'))
const good = readFileSync(ratings, 'utf8')

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** The run fails as a user's mistake: code 1, one line, no stack. */
async function expectMistake(argv: readonly string[], message: RegExp): Promise<void> {
  const { code, out, err } = await marquee(argv)
  expect(err).toMatch(message)
  expect(err).not.toMatch(/^ +at /m)
  expect({ code, out }).toEqual({ code: 1, out: '' })
}

const zipped = gzipSync(good)
const rows = (text: string) => `user,item,rating\n${text}\n`

describe('files that cannot be used', () => {
  test.each<[string, string, string | Uint8Array, RegExp]>([
    [
      'truncated gzip',
      'cut.csv.gz',
      zipped.subarray(0, zipped.length - 30),
      /cut\.csv\.gz: the gzip file ends in the middle/,
    ],
    [
      'wrong column names',
      'columns.csv',
      'a,b,c\n1,2,3\n',
      /columns\.csv: it is not clear which column is the user.*"a", "b", "c".*columns user=NAME/,
    ],
    ['empty file', 'empty.csv', '', /empty\.csv: .*empty/],
    ['a header only', 'header.csv', 'user,item,rating\n', /header\.csv: there is a header but no rating/],
    [
      'a binary file',
      'binary.csv',
      Uint8Array.from({ length: 4096 }, (_, k) => (k * 7919) % 256),
      /binary\.csv: this is a binary file/,
    ],
    ['rating "five" alone', 'five.csv', rows('1,1,five'), /five\.csv:2: .*rating "five" is not a number/],
  ])('%s', async (_, name, content, message) => {
    await expectMistake(['evaluate', write(name, content), '--model', 'bias'], message)
  })

  test('a file that is not there', () =>
    expectMistake(['data', 'info', join(folder, 'no.csv')], /no\.csv: there is no such file/))
  test('a data set that is not known', () => expectMistake(['data', 'info', 'ml-3k'], /no data set "ml-3k".*ml-100k/))
})

describe('odd rows and tables are ordinary', () => {
  test('rating "five" among good ones is counted and shown; --strict stops there', async () => {
    const path = write('mixed.csv', `${good}1,10,five,5\n`)
    const { code, err } = await marquee(['evaluate', path, '--model', 'bias', '--metrics', 'rmse'])
    expect(code).toBe(0)
    expect(err).toMatch(/note: 1 of 97 rows could not be read.*\n.*mixed\.csv:98: .*five/)
    await expectMistake(['evaluate', path, '--model', 'bias', '--strict'], /mixed\.csv:98.*five/)
  })

  test('an id with a comma goes in and comes out quoted', async () => {
    const path = write('comma.csv', good.replaceAll(/^3,/gm, '"3,a",'))
    const predictions = join(folder, 'comma-predictions.csv')
    const { code } = await marquee(['evaluate', path, '--model', 'bias', '--predictions', predictions])
    expect(code).toBe(0)
    expect(readFileSync(predictions, 'utf8')).toMatch(/^"3,a",/m)
  })

  test.each([
    ['one user', rows('1,1,5\n1,2,3\n1,3,1\n1,4,4\n1,5,2')],
    ['one movie', rows('1,1,5\n2,1,3\n3,1,1\n4,1,4\n5,1,2')],
    ['a user with one rating', `${good}99,1,4,5000\n`],
    ['all ratings equal', rows(Array.from({ length: 20 }, (_, k) => `${k % 5},${Math.floor(k / 5)},3`).join('\n'))],
  ])('%s', async (name, content) => {
    const path = write(`${name.replaceAll(' ', '-')}.csv`, content)
    const { code, out, err } = await marquee(['evaluate', path, '--model', 'bias', '--metrics', 'rmse,mae', '--json'])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(out).metrics.rmse).toBeGreaterThanOrEqual(0)
    expect((await marquee(['train', path, '--model', 'bias', '--out', join(folder, name)])).code).toBe(0)
    const user = name === 'a user with one rating' ? '99' : '1'
    expect((await marquee(['recommend', '--artefact', join(folder, name), '--user', user])).code).toBe(0)
  })
})

describe('options', () => {
  test.each([
    [['train', ratings, '--model', 'bias', '--out', 'x', '--epoch', '3'], "unknown option '--epoch'"],
    [['trian', ratings], "unknown command 'trian' (Did you mean train?)"],
    [['data', 'ifno'], "unknown command 'ifno' (Did you mean info?)"],
    [['evaluate', ratings], "required option '--model <name>' not specified"],
    [['evaluate', ratings, 'more', '--model', 'bias'], 'too many arguments'],
    [['train', ratings, '--model', 'bias'], "required option '--out <dir>' not specified"],
  ])('%j is a usage error', async (argv, message) => {
    const { code, out, err } = await marquee(argv)
    expect(err).toContain(message)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  test('an unknown model, hyper-parameter and metric name what there is', async () => {
    await expectMistake(['evaluate', ratings, '--model', 'neural'], /no model named "neural".*bias/)
    await expectMistake(
      ['evaluate', ratings, '--model', 'bias', '--set', 'epochs=3'],
      /no hyper-parameter "epochs".*userDamping/,
    )
    await expectMistake(['evaluate', ratings, '--model', 'bias', '--set', 'sweeps=many'], /bias: sweeps = "many"/)
    await expectMistake(['evaluate', ratings, '--model', 'bias', '--set', 'sweeps'], /"sweeps" is not key=value/)
    await expectMistake(['evaluate', ratings, '--model', 'bias', '--metrics', 'rsme'], /no metric named "rsme".*rmse/)
  })
})

test('output that cannot be written', async () => {
  const file = write('a-file', '')
  await expectMistake(
    ['train', ratings, '--model', 'bias', '--out', join(file, 'x')],
    /cannot write the artefact.*Check/,
  )
  await expectMistake(['split', ratings, '--out', join(file, 'x')], /cannot make the folder/)
  await expectMistake(
    ['evaluate', ratings, '--model', 'bias', '--predictions', join(file, 'p.csv')],
    /p\.csv: cannot write/,
  )
  await expectMistake(
    ['data', 'synth', '--users', '2', '--movies', '2', '--ratings', '3', '--out', join(file, 'x')],
    /cannot make the folder/,
  )
})

test('a read-only folder', async (context) => {
  if (process.getuid?.() === 0) context.skip('root may write anywhere')
  const path = join(folder, 'read-only')
  mkdirSync(path)
  chmodSync(path, 0o500)
  await expectMistake(['train', ratings, '--model', 'bias', '--out', join(path, 'x')], /cannot write the artefact/)
})

describe('artefacts', () => {
  const artefact = join(folder, 'artefact')
  const recommend = ['recommend', '--artefact', artefact, '--user', '1']
  beforeAll(async () => {
    expect((await marquee(['train', ratings, '--model', 'bias', '--out', artefact])).code).toBe(0)
  })

  test('one byte changed in any file', async () => {
    for (const name of readdirSync(artefact)) {
      const path = join(artefact, name)
      const bytes = readFileSync(path)
      const changed = Buffer.from(bytes)
      changed[Math.floor(changed.length / 2)]! ^= 4
      writeFileSync(path, changed)
      await expectMistake(recommend, /error: .*(changed or damaged|cannot be read).*Train again/)
      writeFileSync(path, bytes)
    }
    expect((await marquee(recommend)).code).toBe(0)
  })

  test('another version', async () => {
    const path = join(artefact, 'manifest.json')
    const text = readFileSync(path, 'utf8')
    const { checksum: _, ...manifest } = JSON.parse(text)
    const newer = { ...manifest, format: 99, marquee: '42.0.0' }
    writeFileSync(path, JSON.stringify({ ...newer, checksum: manifestChecksum(newer) }))
    await expectMistake(recommend, /artefact format 99 \(written by Marquee 42\.0\.0\).*Train again with this version/)
    writeFileSync(path, text)
  })
})

test('the program itself exits non-zero and shows no stack trace', () => {
  const { code, out, err } = spawnMarquee(['evaluate', join(folder, 'no.csv'), '--model', 'bias'])
  expect(err).toMatch(/^error: .*no\.csv: there is no such file or folder\. .*\n$/)
  expect({ code, out }).toEqual({ code: 1, out: '' })
})
