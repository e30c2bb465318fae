import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSiteFile, starsOfFive, starsOfTen, UnknownFile } from '../../web/src/profile/import/sites.ts'

const sample = (name: string) =>
  readSiteFile(name, readFileSync(new URL(`samples/${name}`, import.meta.url), 'utf8').replace(/^\ufeff/, ''))
const brief = (name: string) => sample(name).entries.map((e) => [e.list, e.title, e.year, e.rating])

describe('Letterboxd', () => {
  it('reads ratings with commas and accents in titles', () => {
    expect(brief('letterboxd-ratings.csv')).toEqual([
      ['ratings', 'Spirited Away', 2001, 5],
      ['ratings', 'The Godfather', 1972, 4.5],
      ['ratings', 'The Good, the Bad and the Ugly', 1966, 4],
      ['ratings', 'Amélie', 2001, 4.5],
      ['ratings', 'Portrait of a Lady on Fire', 2019, 4.5],
      ['ratings', 'Crouching Tiger, Hidden Dragon', 2000, 3.5],
      ['ratings', 'Se7en', 1995, 3],
    ])
    expect(sample('letterboxd-ratings.csv').entries[0]!.time).toBe('2023-02-11T00:00:00.000Z')
  })
  it('tells watched from watchlist by the name of the file, which is all that differs', () => {
    expect(brief('letterboxd-watched.csv').map((e) => e[0])).toEqual(['watched', 'watched', 'watched', 'watched'])
    expect(brief('letterboxd-watchlist.csv').map((e) => e[0])).toEqual(['watchlist', 'watchlist'])
  })
  it('takes the day of watching from the diary, and seen without stars as watched', () => {
    const { name, entries } = sample('letterboxd-diary.csv')
    expect(name).toBe('Letterboxd diary')
    expect(entries.map((e) => [e.list, e.title, e.rating, e.time?.slice(0, 10)])).toEqual([
      ['ratings', 'Alien', 4, '2023-09-30'],
      ['ratings', 'Alien', 4.5, '2023-12-26'],
      ['watched', 'Jaws', null, '2023-11-07'],
    ])
  })
  it('reads reviews with quotes and line breaks in them', () => {
    expect(brief('letterboxd-reviews.csv')).toEqual([
      ['ratings', 'Fargo', 1996, 4.5],
      ['ratings', 'Heat', 1995, 4],
    ])
  })
})

describe('IMDb', () => {
  it('halves points, takes ids without tt, and leaves series out with the reason', () => {
    const { entries, skipped } = sample('imdb-ratings.csv')
    expect(entries.map((e) => [e.imdb, e.rating])).toEqual([
      ['0133093', 4.5],
      ['0111161', 5],
      ['0060196', 3.5],
      ['15398776', 4],
      ['0120338', 0.5],
    ])
    expect(skipped).toEqual({ 'a series or an episode, not a movie': 1 })
  })
  it('reads a watchlist, and a rating in it as a rating', () => {
    expect(brief('imdb-watchlist.csv')).toEqual([
      ['watchlist', 'Blade Runner', 1982, null],
      ['ratings', 'Se7en', 1995, 4],
    ])
  })
})

describe('Trakt', () => {
  it('reads the CSV export', () => {
    const { entries, skipped } = sample('trakt-ratings.csv')
    expect(entries.map((e) => [e.imdb, e.tmdb, e.rating])).toEqual([
      ['0110912', '680', 4.5],
      ['0114709', '862', 4],
      ['6710474', '545611', 5],
    ])
    expect(skipped).toEqual({ 'a series or an episode, not a movie': 1 })
  })
  it('reads the JSON export: history as watched, watchlist as it is', () => {
    expect(brief('trakt-history.json')).toEqual([
      ['watched', 'Jurassic Park', 1993, null],
      ['watched', 'Minari', 2021, null],
    ])
    expect(sample('trakt-history.json').skipped).toEqual({ 'a series or an episode, not a movie': 1 })
    expect(brief('trakt-watchlist.json')).toEqual([['watchlist', 'City of God', 2002, null]])
  })
  it('does not take an id of nought or a word for an id', () => {
    const text = 'rated_at,type,title,year,trakt_id,imdb_id,tmdb_id,rating\n,movie,X,2000,1,tt0000000,none,7\n'
    expect(readSiteFile('t.csv', text).entries[0]).toMatchObject({ imdb: null, tmdb: null, rating: 3.5, time: null })
  })
})

describe('what is none of them', () => {
  it('says which columns it has and which files can be read', () => {
    const read = () => readSiteFile('shopping.csv', 'item,price\nmilk,2\n')
    expect(read).toThrow(UnknownFile)
    expect(read).toThrow(/shopping\.csv has the columns item, price/)
    expect(() => readSiteFile('empty.csv', '')).toThrow(/\(none\)/)
    expect(() => readSiteFile('half.json', '[{"movie": ')).toThrow(/not whole JSON/)
    expect(() => readSiteFile('other.json', '{"a": 1}')).toThrow(/not an export/)
  })
  it('counts ratings outside the scale', () => {
    const text = 'Date,Name,Year,Letterboxd URI,Rating\n,A,2000,u,11\n,B,2000,u,3\n'
    const { entries, skipped } = readSiteFile('r.csv', text)
    expect(entries.map((e) => e.title)).toEqual(['B'])
    expect(skipped).toEqual({ 'a rating that is outside the scale': 1 })
  })
})

it('converts scales to halves', () => {
  expect([1, 2, 5, 7, 10].map(starsOfTen)).toEqual([0.5, 1, 2.5, 3.5, 5])
  expect(['0', '11', '', 'x', null].map(starsOfTen)).toEqual([null, null, null, null, null])
  expect(['0.5', '3.5', '5', '0', '5.5', ''].map(starsOfFive)).toEqual([0.5, 3.5, 5, null, null, null])
})
