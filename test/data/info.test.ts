import { afterAll, describe, expect, test } from 'vitest'
import { barChart, drawInfo } from '../../src/data/chart.ts'
import { describeDataset, distributionOf } from '../../src/data/info.ts'
import { loadDataset } from '../../src/data/load.ts'
import { scratch } from './helpers.ts'

const space = scratch()
afterAll(() => space.remove())

describe('describeDataset', () => {
  test('of five ratings, by hand', async () => {
    const text = 'user,item,rating,ts\n1,a,1,50\n1,b,2,10\n1,c,2,90\n2,a,4,20\n3,a,4,30\n'
    const info = describeDataset(await loadDataset(space.file('five.csv', text)))
    expect(info).toMatchObject({ users: 3, items: 3, ratings: 5, density: 5 / 9, meanRating: 13 / 5 })
    expect(info.histogram).toEqual([
      { rating: 1, count: 1 },
      { rating: 2, count: 2 },
      { rating: 3, count: 0 },
      { rating: 4, count: 2 },
    ])
    expect(info.time).toEqual({ first: 10, last: 90 })
    expect(info.ratingsPerUser).toMatchObject({ min: 1, max: 3, mean: 5 / 3 })
    expect(info.ratingsPerUser.bins).toEqual([
      { from: 1, to: 1, count: 2 },
      { from: 2, to: 3, count: 1 },
    ])
    expect(JSON.parse(JSON.stringify(info))).toEqual(info)
  })

  test('of ml-latest-small', async () => {
    const info = describeDataset(await loadDataset('ml-latest-small'))
    // cut -d, -f3 ratings.csv | sort | uniq -c
    expect(info.histogram.map((level) => level.count)).toEqual([
      1370, 2811, 1791, 7551, 5550, 20_047, 13_136, 26_818, 8551, 13_211,
    ])
    expect(info.ratingsPerUser).toMatchObject({ min: 20, max: 2698 })
    expect(info.ratingsPerItem).toMatchObject({ min: 1, max: 329 })
    expect(info.ratingsPerItem.bins[0]).toEqual({ from: 1, to: 1, count: 3446 })
    expect(info.itemFacts).toMatchObject({ titles: 9724, imdb: 9724 })
    expect(info.density).toBeCloseTo(0.017, 4)
  })

  test('quantiles as numpy gives them', () => {
    // numpy.quantile([1, 2, 4, 8, 16], [.05, .25, .5, .75, .95]) == [1.2, 2, 4, 8, 14.4]
    const column = Int32Array.from([1, 2, 4, 8, 16].flatMap((n, k) => new Array<number>(n).fill(k)))
    const { quantiles, bins } = distributionOf(column, 5)
    expect(quantiles.p5).toBeCloseTo(1.2, 12)
    expect([quantiles.p25, quantiles.p50, quantiles.p75]).toEqual([2, 4, 8])
    expect(quantiles.p95).toBeCloseTo(14.4, 12)
    expect(bins.map((bin) => bin.count)).toEqual([1, 1, 1, 1, 1])
  })
})

describe('charts', () => {
  const bars = [
    { label: 'a', value: 1000 },
    { label: 'bb', value: 500 },
    { label: 'c', value: 1 },
    { label: 'd', value: 0 },
  ]
  test('ASCII, to the letter', () => {
    expect(barChart(bars, { width: 39, ascii: true })).toBe(
      [
        ' a |#################### 1,000  66.6%',
        'bb |##########             500  33.3%',
        ' c |#                        1   0.1%',
        ' d |                         0   0.0%',
      ].join('\n'),
    )
  })

  test('blocks in eighths', () => {
    const drawn = barChart(
      [
        { label: 'x', value: 16 },
        { label: 'y', value: 5 },
      ],
      { width: 25 },
    ).split('\n')
    expect(drawn[0]).toBe('x ▕██████████ 16  76.2%')
    expect(drawn[1]).toBe('y ▕███▏        5  23.8%')
    expect(barChart([])).toBe('')
  })

  test('a whole data set in plain ASCII, no line beyond the width but text', async () => {
    const path = space.file('chart.csv', 'user,item,rating,ts\n1,1,3,0\n1,2,4,86400\n2,1,five,5\n')
    const text = drawInfo(describeDataset(await loadDataset(path)), { width: 60, ascii: true })
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
    expect(text).toContain('2 ratings of 2 movies by 1 users (100.00% of all pairs)')
    expect(text).toContain('given from 1970-01-01 to 1970-01-02')
    expect(text).toContain(`kept 2 of 3 rows: 1 rejected, 0 duplicates`)
    expect(text).toContain(`${path}:4: rating "five" is not a number`)
  })
})
