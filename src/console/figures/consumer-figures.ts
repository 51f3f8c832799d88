import { sumOf, type ConsumerDay } from '../../usage/usage-figures.js';
import type { Block } from '../blocks.js';
import type { Texts } from '../texts/english.js';
import { refusalRows, refusedOf } from './refusals.js';

/** The refusals of one consumer in the last days by reason, with first and last day, and its requests on each day. */
export function weekBlocks(days: readonly ConsumerDay[], { figures, lang }: Texts): Block[] {
  const named = dayNames(lang);
  const refusals = refusalRows(sumOf(days.map(({ counts }) => counts)));
  const daysOf = (code: string, isHint: boolean): ConsumerDay[] =>
    days.filter(({ counts }) => (counts[isHint ? `hint:${code}` : code] ?? 0) > 0);
  return [
    { is: 'heading', text: figures.week },
    { is: 'text', text: figures.weekIntro, soft: true },
    {
      is: 'table',
      caption: figures.week,
      columns: figures.weekColumns,
      rows: refusals.map(({ code, times, isHint, cell }) => {
        const seen = daysOf(code, isHint);
        return [
          { ...cell, text: figures.times(String(times), code) },
          named(seen[0]),
          named(seen.at(-1)),
        ];
      }),
      none: figures.weekNone,
    },
    {
      is: 'table',
      caption: figures.days,
      columns: figures.dayColumns,
      rows: days.map((day) => {
        const refused = refusedOf(day.counts);
        return [named(day), String((day.counts['served'] ?? 0) + refused), String(refused)];
      }),
      none: figures.weekNone,
    },
  ];
}

/** Day names with weekday and date: the weekday is enough within a week, but a copy of the page may be read later. */
function dayNames(lang: string): (day: ConsumerDay | undefined) => string {
  const format = new Intl.DateTimeFormat(lang, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  return (day) => (day === undefined ? '–' : format.format(new Date(`${day.day}T00:00:00Z`)));
}
