import { beforeAll, describe, expect, test } from 'vitest'
import { editDistance, fold, likeness, parseTitle } from '../../src/catalogue/title-words.ts'
import { TitleIndex } from '../../src/catalogue/titles.ts'
import { MarqueeError } from '../../src/core/errors.ts'
import { loadDataset, Vocabulary } from '../../src/data/index.ts'

let index: TitleIndex
beforeAll(async () => {
  const { items, interactions } = await loadDataset('ml-latest-small')
  const { offsets } = interactions.byItem()
  const counts = Int32Array.from({ length: items.titles.length }, (_, k) => offsets[k + 1]! - offsets[k]!)
  index = new TitleIndex(items, interactions.items, counts)
})

function failure(text: string): MarqueeError {
  try {
    index.find(text)
  } catch (error) {
    if (error instanceof MarqueeError) return error
  }
  throw new Error(`${text} was found`)
}

describe('finding movies in MovieLens latest-small', () => {
  test.each([
    ['Toy Story (1995)', 'Toy Story (1995)'],
    ['toy story (1995)', 'Toy Story (1995)'],
    ['#1', 'Toy Story (1995)'],
    ['id:1', 'Toy Story (1995)'],
    ['WALL·E (2008)', 'WALL·E (2008)'],
  ])('%s is exactly %s', (text, title) => {
    expect(index.find(text)).toMatchObject({ title, exact: true })
  })

  test.each([
    ['The Matrix', 'Matrix, The (1999)'],
    ['matrix', 'Matrix, The (1999)'],
    ['Teh Matrix', 'Matrix, The (1999)'],
    ['the matrix 1999', 'Matrix, The (1999)'],
    ['amelie', "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"],
    ['Amélie', "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"],
    ["Le fabuleux destin d'Amelie Poulain", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"],
    ['Toy Story', 'Toy Story (1995)'],
    ['Toy Story 2', 'Toy Story 2 (1999)'],
    ['Godfahter', 'Godfather, The (1972)'],
    ['godfather 2', 'Godfather: Part II, The (1974)'],
    ['terminator 2', 'Terminator 2: Judgment Day (1991)'],
    ['Hamlet (1990)', 'Hamlet (1990)'],
    ['leon', 'Léon: The Professional (a.k.a. The Professional) (Léon) (1994)'],
    ['se7en', 'Seven (a.k.a. Se7en) (1995)'],
    ['wall-e', 'WALL·E (2008)'],
    ['monsters inc', 'Monsters, Inc. (2001)'],
    ['the shawshank redemtion', 'Shawshank Redemption, The (1994)'],
    ['fellowship of the ring', 'Lord of the Rings: The Fellowship of the Ring, The (2001)'],
    ['blade runner 2049', 'Blade Runner 2049 (2017)'],
    ['2001 a space odyssey', '2001: A Space Odyssey (1968)'],
    ['Cidade de Deus', 'City of God (Cidade de Deus) (2002)'],
  ])('%s means %s', (text, title) => {
    expect(index.find(text).title).toBe(title)
  })

  test('a name that several movies have is ambiguous, and they are listed with years and ids', () => {
    const error = failure('Hamlet')
    expect(error.code).toBe('ambiguous-title')
    for (const year of [1948, 1964, 1990, 1996, 2000])
      expect(error.message).toMatch(new RegExp(`Hamlet \\(${year}\\) \\(#\\d+\\)`))
  })

  test('so is a title that stands twice, even written exactly', () => {
    expect(failure('Emma (1996)').message).toBe(
      '"Emma (1996)" fits 2 movies: Emma (1996) (#838); Emma (1996) (#26958). Add the year, or give the id: "#838".',
    )
  })

  test('a series without its number or subtitle is ambiguous, the most rated first', () => {
    expect(failure('star wars').message).toMatch(/fits \d+ movies: Star Wars: Episode IV - A New Hope \(1977\)/)
  })

  test('nothing close: the nearest few', () => {
    expect(failure('lotr')).toMatchObject({ code: 'unknown-item' })
    expect(failure('Toy Story (1996)').message).toContain('Toy Story (1995)')
    expect(failure('zzzzzzzzzz').code).toBe('unknown-item')
  })

  test.each(['', '   ', '!!!'])('"%s" is no title', (text) => expect(failure(text).code).toBe('unknown-item'))
  test('an unknown id', () => expect(failure('#123456789').message).toContain('123456789'))

  test('every title of the set finds itself or is listed as one of several', async () => {
    const { items } = await loadDataset('ml-latest-small')
    for (let k = 0; k < items.titles.length; k += 97) {
      const title = items.titles[k]!
      const twice = items.titles.filter((other) => other === title).length > 1
      if (twice) expect(failure(title).message).toContain(title)
      else expect(index.find(title)).toEqual({ item: k, title, exact: true })
    }
  })
})

test('string ids work, and titles that are ids', () => {
  const ids = Vocabulary.of(['tt1', 'tt2'])
  const titles = new TitleIndex({ titles: ['tt1', 'tt2'], years: new Int16Array(2) }, ids)
  expect(titles.find('#tt2').item).toBe(1)
  expect(titles.find('tt1').item).toBe(0)
})

describe('words', () => {
  test.each([
    ['Amélie', 'amelie'],
    ['WALL·E', 'wall e'],
    ["Schindler's  List", 'schindlers list'],
    ['Tom & Jerry', 'tom and jerry'],
    ['Æon Flux', 'aeon flux'],
    ['七人の侍', '七人の侍'],
  ])('%s folds to %s', (text, folded) => expect(fold(text)).toBe(folded))

  test('titles are taken apart', () => {
    expect(parseTitle("Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)")).toEqual({
      names: [
        { text: 'amelie', article: '' },
        { text: 'fabuleux destin damelie poulain', article: 'le' },
      ],
      year: 2001,
    })
    expect(parseTitle('Matrix, The (1999)')).toEqual({ names: [{ text: 'matrix', article: 'the' }], year: 1999 })
    expect(parseTitle('The Matrix')).toEqual({ names: [{ text: 'matrix', article: 'the' }], year: null })
    expect(parseTitle('Death Note (2006–2007)').year).toBe(2006)
    expect(parseTitle('A')).toEqual({ names: [{ text: 'a', article: '' }], year: null })
  })

  test.each([
    ['', '', 0],
    ['teh', 'the', 1],
    ['kitten', 'sitting', 3],
    ['abc', '', 3],
    ['godfahter', 'godfather', 1],
  ])('%s to %s takes %i edits', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits)
    expect(editDistance(b, a)).toBe(edits)
    if (edits > 0) expect(editDistance(a, b, edits - 1)).toBe(edits)
  })

  test('likeness', () => {
    expect(likeness('matrix', 'matrix')).toBe(1)
    expect(likeness('abcd', 'abcx')).toBe(0.75)
    expect(likeness('abcd', 'abcx', 0.8)).toBe(0)
    expect(likeness('', '')).toBe(1)
  })
})
