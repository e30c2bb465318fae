import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../web/src/components/art/random.ts'
import { catalogueOf } from '../../web/src/local/catalogue.ts'
import { namedMovie, plural, spokenReason, spokenTitle, spokenWithYear } from '../../web/src/title.ts'

describe('titles', () => {
  it('are said as people say them', () => {
    expect(
      [
        'Matrix, The (1999)',
        'Beautiful Mind, A (2001)',
        'Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)',
        "Avventura, L' (Adventure, The) (1960)",
        'Seven (a.k.a. Se7en) (1995)',
        '2001: A Space Odyssey (1968)',
        'Toy Story',
        '300 (2007)',
      ].map(spokenTitle),
    ).toEqual([
      'The Matrix',
      'A Beautiful Mind',
      'The Good, the Bad and the Ugly (Buono, il brutto, il cattivo, Il)',
      "L'Avventura (Adventure, The)",
      'Seven (a.k.a. Se7en)',
      '2001: A Space Odyssey',
      'Toy Story',
      '300',
    ])
    expect(namedMovie({ title: 'Matrix, The (1999)', year: 1999 })).toBe('The Matrix (1999)')
    expect(namedMovie({ title: 'Matrix, The', year: null })).toBe('The Matrix')
    expect(['Matrix, The (1999)', 'Toy Story', 'Getaway, The (1972–)'].map(spokenWithYear)).toEqual([
      'The Matrix (1999)',
      'Toy Story',
      'The Getaway (1972)',
    ])
  })
  it('in a reason too', () => {
    const said = spokenReason('because you gave Matrix, The (1999) 5 stars', ['Matrix, The (1999)'])
    expect(said).toBe('because you gave The Matrix (1999) 5 stars')
    const amelie = "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"
    expect(spokenReason(`because you rated ${amelie} 9 of 10`, [amelie])).toBe(
      'because you rated Amelie (2001) 9 of 10',
    )
  })
  it('are counted', () => {
    expect(plural(1, 'rating')).toBe('1 rating')
    expect(plural(2_000, 'entry', 'entries')).toBe('2,000 entries')
  })
})

it('a movie always looks the same, and unlike another', () => {
  const draw = (text: string, n = 4) => {
    const random = randomFrom(text)
    return Array.from({ length: n }, () => random())
  }
  expect(draw('movie 1')).toEqual(draw('movie 1'))
  expect(draw('movie 1')).not.toEqual(draw('movie 2'))
  const many = draw('x', 2_000)
  expect(Math.min(...many)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...many)).toBeLessThan(1)
  expect(many.reduce((sum, x) => sum + x, 0) / 2_000).toBeCloseTo(0.5, 1)
})

describe('the catalogue in the browser', () => {
  const catalogue = catalogueOf({
    ids: ['2571', '1', '318', '4973', '47', '300', '301'],
    titles: [
      'Matrix, The (1999)',
      'Toy Story (1995)',
      'Shawshank Redemption, The (1994)',
      "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
      'Seven (a.k.a. Se7en) (1995)',
      'Carrie (1976)',
      'Carrie (2013)',
    ],
    years: [1999, 1995, 1994, 2001, 1995, 1976, 2013],
    genreNames: ['Comedy', 'Drama', 'Sci-Fi'],
    genres: [[2], [0], [1], [0, 1], [1], [1], [1]],
    imdb: ['0133093', '0114709', '0111161', '0211915', '0114369', '0074285', null],
    tmdb: ['603', '862', '278', '194', '807', '7340', null],
    counts: [278, 215, 317, 120, 203, 32, 5],
    sums: [1165.5, 843, 1404, 501.5, 807, 110, 15],
    squares: [5000, 3500, 6300, 2200, 3400, 400, 50],
    neighbours: '1111100',
    users: 610,
  })
  const found = async (query: string) => (await catalogue.search(query, 3)).map(({ id }) => id)
  it('is searched with typing errors and by beginnings', async () => {
    expect((await found('matrx'))[0]).toBe('2571')
    expect((await found('shawshenk redemtion'))[0]).toBe('318')
    expect((await found('toy st'))[0]).toBe('1')
    expect((await found('amélie'))[0]).toBe('4973')
    expect(await found('xylophone')).toEqual([])
  })
  it('matches by the ids of other sites first, whatever the title says', () => {
    const asked = [
      { imdb: '0133093', tmdb: null, title: 'Toy Story', year: 1995 },
      { imdb: '114709', tmdb: null, title: null, year: null },
      { imdb: null, tmdb: '278', title: 'By another name', year: null },
    ]
    expect(catalogue.match(asked).map((movie) => movie?.id)).toEqual(['2571', '1', '318'])
  })
  it('matches by title and year, other names included, and never guesses between two', () => {
    const ask = (title: string | null, year: number | null) => ({ title, year, imdb: null, tmdb: null })
    const asked = [
      ask('The Matrix', 1999),
      ask('Se7en', 1995),
      ask("Le Fabuleux destin d'Amélie Poulain", 2001),
      ask('Carrie', 2013),
      ask('Carrie', null),
      ask('Carrie', 1990),
      ask('Toy Story', 1996),
      ask(null, 1999),
    ]
    const matched = catalogue.match(asked).map((movie) => movie?.id ?? null)
    expect(matched).toEqual(['2571', '47', '4973', '301', null, null, '1', null])
  })
  it('counts genres', () => {
    expect(catalogue.genres()).toEqual([
      { genre: 'Drama', movies: 5 },
      { genre: 'Comedy', movies: 2 },
      { genre: 'Sci-Fi', movies: 1 },
    ])
  })
})
