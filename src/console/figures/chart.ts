import type { ChartBlock } from '../blocks.js';

/** How far one step stands from the next, and how high the drawing is; a page stretches both. */
const STEP = 10;
const HEIGHT = 200;

/** One line: a value for each step, the oldest first; undefined where there is none to tell. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
}

/** The lines as they are drawn, under one scale that begins at 0. */
export function drawn(
  lines: readonly Line[],
): Pick<ChartBlock, 'width' | 'height' | 'lines'> & { top: number } {
  const steps = Math.max(2, ...lines.map(({ values }) => values.length));
  const top = roundAbove(Math.max(0, ...lines.flatMap(({ values }) => values.map(orZero))));
  return {
    top,
    width: (steps - 1) * STEP,
    height: HEIGHT,
    lines: lines.map(({ name, values }) => ({ name, path: pathOf(values, top) })),
  };
}

/** The next of 1, 2, 5, 10, 20 … and of 0.1, 0.2 …; the value may touch it. */
export function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const times = [1, 2, 5, 10].find((one) => value <= one * power * (1 + 1e-9)) ?? 10;
  return Number((times * power).toPrecision(3));
}

/** An SVG path that is broken where there is no value; a value alone is a dot. */
function pathOf(values: readonly (number | undefined)[], top: number): string {
  let path = '';
  let isDown = false;
  for (const [at, value] of values.entries()) {
    if (value === undefined) {
      isDown = false;
      continue;
    }
    const place = `${at * STEP} ${Math.round(HEIGHT - (HEIGHT * value) / top)}`;
    path += isDown ? `L${place}` : `M${place}h0`;
    isDown = true;
  }
  return path;
}

const orZero = (value: number | undefined): number => value ?? 0;
