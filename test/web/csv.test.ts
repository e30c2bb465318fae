import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv, records } from '../../web/src/profile/import/csv.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

describe('parseCsv', () => {
  it('reads quoted commas, doubled quotes and line breaks inside quotes', () => {
    expect(parseCsv('a,b\n"1,5","say ""hi"""\n"two\r\nlines",x\n')).toEqual([
      ['a', 'b'],
      ['1,5', 'say "hi"'],
      ['two\r\nlines', 'x'],
    ])
  })

  it('reads CRLF, LF and CR alike, leaves out empty lines and the byte order mark', () => {
    const rows = [
      ['Name', 'Year'],
      ['Alien', '1979'],
      ['', ''],
    ]
    for (const end of ['\r\n', '\n', '\r'])
      expect(parseCsv(`\ufeffName,Year${end}${end}Alien,1979${end},${end}`)).toEqual(rows)
  })

  it('takes semicolons and tabs where the first line has them', () => {
    expect(parseCsv('a;b\n1,5;2')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ])
    expect(parseCsv('"a,b"\tc\nx\ty')).toEqual([
      ['a,b', 'c'],
      ['x', 'y'],
    ])
  })

  it('keeps what an unclosed quote holds, and quotes in the middle of a cell', () => {
    expect(parseCsv('a\n"open, still')).toEqual([['a'], ['open, still']])
    expect(parseCsv('a,b\n5" disk,x')).toEqual([
      ['a', 'b'],
      ['5" disk', 'x'],
    ])
  })

  it('gives back any table that was written by the rules', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }), (body) => {
        const head = ['one', 'two', 'three']
        const quoted = [head, ...body].map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(','))
        expect(parseCsv(quoted.join('\r\n'))).toEqual([head, ...body])
      }),
    )
  })

  it('names cells by the first row, without case, and fills short rows', () => {
    const { columns, rows } = records(parseCsv('Const,Your Rating\ntt1'))
    expect(columns).toEqual(['const', 'your rating'])
    expect(rows.map((row) => [...row])).toEqual([
      [
        ['const', 'tt1'],
        ['your rating', ''],
      ],
    ])
  })
})
