/**
 * Why a listener turned something away:
 * `in_flight`: a request, for which there was no room; `pipelined`: a request that came before the answer
 * to the one before it; `connections`: a connection too many; `slow_reader`: one that left its answer untaken.
 */
export const TURNED_AWAY = ['in_flight', 'pipelined', 'connections', 'slow_reader'] as const;

export type TurnedAway = (typeof TURNED_AWAY)[number];
