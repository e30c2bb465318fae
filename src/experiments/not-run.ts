/** The reason of a cell that has not been computed: nothing is wrong with it, unlike with one that failed. */
export const notRun = 'not run'
