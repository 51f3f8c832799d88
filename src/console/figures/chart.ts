import type { ChartBlock } from '../blocks.js';

/** The width of a step and the height of the drawing, in SVG units. The page scales both. */
const STEP = 10;
const HEIGHT = 200;

/** One line: a value for each step, the oldest first. Undefined if there is no value. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
}

/** The lines as SVG paths, on one scale that begins at 0. */
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

/** The smallest of 1, 2, 5, 10, 20 … or 0.1, 0.2 … that is not below the value. */
export function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const times = [1, 2, 5, 10].find((one) => value <= one * power * (1 + 1e-9)) ?? 10;
  return Number((times * power).toPrecision(3));
}

/** An SVG path with gaps where values are missing. A single value is a dot. */
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
