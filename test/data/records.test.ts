import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNumber, timeOf } from '../../src/data/read/numbers.ts'
import { type Dialect, RecordReader } from '../../src/data/read/records.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

type Seen = [line: number, ...fields: string[]] | [line: number, { wrong: string }]

/** All records of a text that comes in chunks of `size` bytes. */
async function read(text: string | Buffer, dialect: Dialect, size: number): Promise<Seen[]> {
  const bytes = Buffer.from(text as string)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const seen: Seen[] = []
  await new RecordReader('a.csv', dialect).each(
    chunks(),
    (record) => {
      const fields = Array.from({ length: record.fields }, (_, k) => record.text(k))
      seen.push([record.line, ...fields])
    },
    (line, wrong) => seen.push([line, { wrong }]),
  )
  return seen
}

const csv = { delimiter: ',', quotes: true }

describe('RecordReader', () => {
  const cases: [name: string, text: string, dialect: Dialect, expected: Seen[]][] = [
    [
      'LF',
      'a,b\nc,d\n',
      csv,
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'CRLF and no last line end',
      'a,b\r\nc,d',
      csv,
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'empty fields',
      ',\na,\n,b',
      csv,
      [
        [1, '', ''],
        [2, 'a', ''],
        [3, '', 'b'],
      ],
    ],
    [
      'blank lines count as lines',
      '\n\r\na,b\n  \nc,d\n\n',
      csv,
      [
        [3, 'a', 'b'],
        [5, 'c', 'd'],
      ],
    ],
    [
      'quotes',
      '"a,""b""","c\r\nd"\r\n"",e\n"f","g"',
      csv,
      [
        [1, 'a,"b"', 'c\r\nd'],
        [3, '', 'e'],
        [4, 'f', 'g'],
      ],
    ],
    [
      'a quote inside a field without quotes is a letter',
      'a"b,c"\nd,e\n',
      csv,
      [
        [1, 'a"b', 'c"'],
        [2, 'd', 'e'],
      ],
    ],
    [
      'text after a quote',
      'a,"b"c\nd,e\n',
      csv,
      [
        [1, { wrong: 'text after a closing quote' }],
        [2, 'd', 'e'],
      ],
    ],
    [
      'a quote never closed',
      'a,b\nc,"d\ne,f\n',
      csv,
      [
        [1, 'a', 'b'],
        [2, { wrong: 'a quote is never closed' }],
        [3, 'e', 'f'],
      ],
    ],
    [
      'two colons',
      'a::b:c::d\r\n::\n:::e\n',
      { delimiter: '::', quotes: false },
      [
        [1, 'a', 'b:c', 'd'],
        [2, '', ''],
        [3, '', ':e'],
      ],
    ],
    ['tabs without quotes', '"a"\t b \n', { delimiter: '\t', quotes: false }, [[1, '"a"', 'b']]],
    [
      'whole lines',
      '{"a": 1}\r\n\n[2, 3]',
      { delimiter: '', quotes: false },
      [
        [1, '{"a": 1}'],
        [3, '[2, 3]'],
      ],
    ],
    ['a byte-order mark and letters of several bytes', '\uFEFFé,日本\n', csv, [[1, 'é', '日本']]],
  ]
  test.each(cases)('%s, in chunks of every size', async (_name, text, dialect, expected) => {
    // The byte-order mark is looked for in the first chunk, which is a megabyte in earnest.
    for (let size = text.startsWith('\uFEFF') ? 3 : 1; size <= Buffer.byteLength(text); size++) {
      expect(await read(text, dialect, size), `chunks of ${size}`).toEqual(expected)
    }
  })

  test('any fields, quoted where they must be, come back', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', ';') })
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('\n', '\r\n'),
        async (given, size, end) => {
          const text = given.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',') + end).join('')
          let line = 1
          const expected = given.map((row) => {
            const at = line
            line += 1 + row.join('').split('\n').length - 1
            return [at, ...row]
          })
          expect(await read(text, csv, size)).toEqual(expected)
        },
      ),
      { numRuns: 300, seed: 3 },
    )
  })

  test('a quote left open stops after 64 KB, not at the end of the file', async () => {
    const lines = Array.from({ length: 20_000 }, (_, k) => `${k},x\n`).join('')
    const text = Buffer.from(`a,b\n"c,d\n${lines}`)
    const seen: Seen[] = []
    let given = 0
    let givenThen = 0
    async function* chunks() {
      for (; given < text.length; given += 1000) yield text.subarray(given, given + 1000)
    }
    await new RecordReader('a.csv', csv).each(
      chunks(),
      (record) => seen.push([record.line, record.text(0), record.text(1)]),
      (line, wrong) => {
        seen.push([line, { wrong }])
        givenThen = given
      },
    )
    expect(givenThen).toBeGreaterThan(60_000)
    expect(givenThen).toBeLessThan(70_000)
    expect(seen).toHaveLength(20_002)
    expect(seen[1]).toEqual([2, { wrong: 'a quote is never closed' }])
    expect(seen[2]).toEqual([3, '0', 'x'])
  })

  test('a line of 20 MB is not text', async () => {
    await expect(read(Buffer.alloc(20 << 20, 97), csv, 1 << 20)).rejects.toMatchObject({ code: 'binary-file' })
  })
})

describe('numbers and times', () => {
  test('every double reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const bytes = Buffer.from(`,${x},`)
        expect(parseNumber(bytes, 1, bytes.length - 1)).toBe(x === 0 ? 0 : x)
      }),
      { numRuns: 2000, seed: 5 },
    )
  })

  test.each([
    ['4', 4],
    ['4.5', 4.5],
    ['.5', 0.5],
    ['5.', 5],
    ['+3', 3],
    ['-0.25', -0.25],
    ['1e3', 1000],
    ['0.1234567890123456789', 0.12345678901234568],
    ['', Number.NaN],
    ['.', Number.NaN],
    ['1.2.3', Number.NaN],
    ['1_000', Number.NaN],
    ['0x10', Number.NaN],
    ['Infinity', Number.NaN],
    ['five', Number.NaN],
  ])('%s', (text, value) => {
    const bytes = Buffer.from(text)
    expect(parseNumber(bytes, 0, bytes.length)).toBe(value)
  })

  test.each([
    ['964982703', 964_982_703],
    ['2000-07-30T18:45:03Z', 964_982_703],
    ['2000-07-30 18:45:03', 964_982_703],
    ['2000-07-30 20:45:03+02', 964_982_703],
    ['2000-07-30 20:45:03.5+02:00', 964_982_703.5],
    ['2000-07-30', 964_915_200],
    ['30.07.2000', Number.NaN],
    ['2000-13-45', Number.NaN],
  ])('time %s', (text, seconds) => expect(timeOf(text)).toBe(seconds))
})
