/**
 * Why a listener turned something away:
 * `in_flight`: a request, for which there was no room; `pipelined`: a request that came before the answer
 * to the one before it; `connections`: a connection too many; `slow_reader`: one that left its answer untaken;
 * `slow_body`: a request whose body did not come, and whose place another one needed.
 */
export const TURNED_AWAY = [
  'in_flight',
  'pipelined',
  'connections',
  'slow_reader',
  'slow_body',
] as const;

export type TurnedAway = (typeof TURNED_AWAY)[number];
