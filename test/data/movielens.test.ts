import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadDataset, loadParts } from '../../src/data/load.ts'
import { givenData, scratch } from './helpers.ts'

const space = scratch()
afterAll(() => space.remove())

describe('ml-latest-small, as shipped (CRLF, quoted titles)', () => {
  test('counts, scale, titles, years, genres, tags and links', async () => {
    const before = process.env.MARQUEE_DATA
    process.env.MARQUEE_DATA = space.folder
    const {
      name,
      interactions: x,
      items,
      cleaning,
      source,
    } = await loadDataset('ml-latest-small').finally(() => {
      if (before === undefined) delete process.env.MARQUEE_DATA
      else process.env.MARQUEE_DATA = before
    })
    expect(name).toBe('ml-latest-small')
    expect([x.users.size, x.items.size, x.count]).toEqual([610, 9724, 100_836])
    expect(x.scale).toEqual({ min: 0.5, max: 5, step: 0.5 })
    expect(cleaning).toMatchObject({ rowsRead: 100_836, rowsKept: 100_836, rejected: 0, duplicates: 0 })
    expect(cleaning.itemRowsRejected).toBe(0)
    // First and last row of ratings.csv: 1,1,4.0,964982703 and 610,170875,3.0,1493846415.
    expect([x.users.id(x.user[0]!), x.items.id(x.item[0]!), x.rating[0], x.timestamp![0]]).toEqual([
      '1',
      '1',
      4,
      964_982_703,
    ])
    const last = x.count - 1
    expect([x.users.id(x.user[last]!), x.items.id(x.item[last]!), x.rating[last], x.timestamp![last]]).toEqual([
      '610',
      '170875',
      3,
      1_493_846_415,
    ])
    const toyStory = x.items.indexOf('1')
    expect(items.titles[toyStory]).toBe('Toy Story (1995)')
    expect(items.years[toyStory]).toBe(1995)
    expect(items.genres[toyStory]).toEqual(['Adventure', 'Animation', 'Children', 'Comedy', 'Fantasy'])
    expect(items.tags[toyStory]).toEqual([
      { tag: 'pixar', count: 2 },
      { tag: 'fun', count: 1 },
    ])
    expect([items.imdb[toyStory], items.tmdb[toyStory]]).toEqual(['0114709', '862'])
    expect(items.titles[x.items.indexOf('11')]).toBe('American President, The (1995)')
    expect(items.titles[x.items.indexOf('73')]).toBe('Misérables, Les (1995)')
    expect(items.genres[x.items.indexOf('122888')]).toEqual([])
    expect(items.titles).toHaveLength(9724)
    expect(items.titles.every((title) => /[a-z\d]/i.test(title))).toBe(true)
    expect(source.licence).toContain('redistribution under the same terms')
    expect(source.files.map((file) => file.path.split(/[\\/]/).at(-1)).sort()).toEqual([
      'links.csv',
      'movies.csv',
      'ratings.csv',
      'tags.csv',
    ])
    expect(source.files.find((file) => file.path.endsWith('ratings.csv'))!.bytes).toBe(2_483_723)
  })
})

describe('ml-100k (tabs, bars, Latin-1)', () => {
  const folder = givenData('ml-100k')
  test.skipIf(folder === null)('counts and facts', async () => {
    const { interactions: x, items, source } = await loadDataset(folder!)
    expect([x.users.size, x.items.size, x.count]).toEqual([943, 1682, 100_000])
    expect(x.scale).toEqual({ min: 1, max: 5, step: 1 })
    // u.info and the README: the mean of all ratings is 3.52986.
    expect(x.mean()).toBeCloseTo(3.52986, 10)
    expect(items.titles[0]).toBe('Toy Story (1995)')
    expect(items.genres[0]).toEqual(['Animation', "Children's", 'Comedy'])
    expect(items.titles[x.items.indexOf('543')]).toBe('Misérables, Les (1995)')
    expect(items.titles[x.items.indexOf('267')]).toBe('unknown')
    expect(items.genres[x.items.indexOf('267')]).toEqual([])
    expect(source.licence).toContain('no redistribution')
  })

  test.skipIf(folder === null)('u1.base and u1.test share the vocabulary of all', async () => {
    const {
      dataset,
      train,
      test: held,
    } = await loadParts({ train: join(folder!, 'u1.base'), test: join(folder!, 'u1.test') })
    expect([train.count, held.count]).toEqual([80_000, 20_000])
    expect([dataset.interactions.users.size, dataset.interactions.items.size]).toEqual([943, 1682])
    expect(dataset.items.titles[0]).toBe('Toy Story (1995)')
    // 32 movies are rated in u1.test only.
    const inTrain = new Set(train.item)
    expect(dataset.interactions.items.size - inTrain.size).toBe(32)
  })
})

describe('ml-1m ("::", Latin-1)', () => {
  const folder = givenData('ml-1m')
  test.skipIf(folder === null)('counts and titles', async () => {
    const { interactions: x, items } = await loadDataset(folder!)
    expect([x.users.size, x.items.size, x.count]).toEqual([6040, 3706, 1_000_209])
    expect(x.scale).toEqual({ min: 1, max: 5, step: 1 })
    expect(items.titles[x.items.indexOf('73')]).toBe('Misérables, Les (1995)')
    expect(items.titles[x.items.indexOf('2064')]).toBe('Roger & Me (1989)')
    expect(items.genres[x.items.indexOf('1')]).toEqual(['Animation', "Children's", 'Comedy'])
    expect(items.years.every((year) => year >= 1919 && year <= 2000)).toBe(true)
  })
})

describe('the published leave-one-out files of neural collaborative filtering', () => {
  const folder = givenData('ncf-ml-1m')
  test.skipIf(folder === null)('train (gzip) and test make 1,000,209 ratings', async () => {
    const { train, test: held } = await loadParts({
      train: join(folder!, 'ml-1m.train.rating.gz'),
      test: join(folder!, 'ml-1m.test.rating'),
    })
    expect([train.count, held.count]).toEqual([994_169, 6040])
    expect([train.users.size, train.items.size]).toEqual([6040, 3706])
  })
})

describe('hand-made folders', () => {
  test('10M: "::" files in UTF-8 with tags, titles with quotes', async () => {
    space.file('ten/ratings.dat', '1::122::5::838985046\n1::185::4.5::838983525\n')
    space.file(
      'ten/movies.dat',
      '122::"Great" Boomerang, The (1992)::Comedy|Romance\n185::Amélie (2001)::(no genres listed)\n9::Unrated (1990)::Drama\n',
    )
    space.file('ten/tags.dat', '15::185::french::1\n16::185::paris::2\n17::185::paris::3\n17::9::x::3\nbroken\n')
    const { items, interactions, cleaning } = await loadDataset(join(space.folder, 'ten'))
    expect(items.titles).toEqual(['"Great" Boomerang, The (1992)', 'Amélie (2001)'])
    expect([...items.years]).toEqual([1992, 2001])
    expect(items.genres).toEqual([['Comedy', 'Romance'], []])
    expect(items.tags[1]).toEqual([
      { tag: 'paris', count: 2 },
      { tag: 'french', count: 1 },
    ])
    expect(interactions.scale).toEqual({ min: 4.5, max: 5, step: 0.5 })
    expect(cleaning.rejected).toBe(0)
  })

  test('RecBole: .inter with its .item', async () => {
    space.file('box/ml.inter', 'user_id:token\titem_id:token\trating:float\ttimestamp:float\na\tx\t3\t5\n')
    space.file(
      'box/ml.item',
      'item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\nx\tToy "Story"\t1995\tAnimation Comedy\ny\tOther\t\t\n',
    )
    const { items } = await loadDataset(join(space.folder, 'box'))
    expect(items.titles).toEqual(['Toy "Story"'])
    expect(items.years[0]).toBe(1995)
    expect(items.genres).toEqual([['Animation', 'Comedy']])
  })

  test('items without facts: the id stands for the title', async () => {
    const { items } = await loadDataset(space.file('bare/x.csv', 'user,item,rating\n1,tt01,3\n'))
    expect(items).toMatchObject({ titles: ['tt01'], genres: [[]], tags: [[]], imdb: [null], tmdb: [null] })
    expect(items.years[0]).toBe(0)
  })

  test('rows of an item file that cannot be read are counted', async () => {
    space.file('off/ratings.csv', 'userId,movieId,rating\n1,1,3\n1,2,4\n')
    space.file('off/movies.csv', 'movieId,title,genres\n1,One, Two (1990),Drama\n2,"Three, Four (1991)",Drama\n')
    const { items, cleaning } = await loadDataset(join(space.folder, 'off'))
    expect(items.titles).toEqual(['1', 'Three, Four (1991)'])
    expect(cleaning.itemRowsRejected).toBe(1)
  })
})
