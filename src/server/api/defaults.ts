/**
 * How a list is asked for where the question does not say: k movies, diversity and popularityPenalty from 0 to 1, reasons of so
 * many ratings each. Apart from the schemas, so that the page can answer as the server does without the library behind them.
 */
export const recommendDefaults = { k: 10, includeSeen: false, diversity: 0, popularityPenalty: 0, reasons: 3 }
