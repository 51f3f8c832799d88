/** What the pages with figures say, in each language. */
export const ENGLISH_FIGURES = {
  verdicts: 'Verdicts a minute',
  served: 'valid',
  refused: 'refused',
  problems: 'Refusals a minute, by problem',
  durations: 'Duration of signed requests, milliseconds',
  none: 'There was no signed request in the last 24 hours.',
  why: 'Why requests were refused in the last 24 hours',
  whyColumns: ['Problem or hint', 'Times'],
  noRefusals: 'None was refused.',
  asTable: (caption: string) => `${caption}: as a table`,
  from: 'From',
  chartLabel: (caption: string, lines: string, top: string) =>
    `${caption}, last 24 hours: ${lines}. Scale from 0 to ${top}. The table below has the numbers.`,
  replicas: 'Replicas',
  replicasIntro:
    'Each replica writes its figures every few seconds. A silent one was killed, or does not reach the database. Whether it is ready, its own /health/ready says.',
  replicaColumns: ['Host', 'Version', 'First wrote', 'Last wrote', 'State'],
  writes: 'writes',
  silent: 'silent',
  noReplicas: 'None has written within the last hour.',
};

export const GERMAN_FIGURES: typeof ENGLISH_FIGURES = {
  verdicts: 'Urteile je Minute',
  served: 'gültig',
  refused: 'abgelehnt',
  problems: 'Ablehnungen je Minute, nach Problem',
  durations: 'Dauer signierter Anfragen, Millisekunden',
  none: 'In den letzten 24 Stunden gab es keine signierte Anfrage.',
  why: 'Warum in den letzten 24 Stunden abgelehnt wurde',
  whyColumns: ['Problem oder Hinweis', 'Wie oft'],
  noRefusals: 'Keine wurde abgelehnt.',
  asTable: (caption: string) => `${caption}: als Tabelle`,
  from: 'Von',
  chartLabel: (caption: string, lines: string, top: string) =>
    `${caption}, letzte 24 Stunden: ${lines}. Skala von 0 bis ${top}. Die Zahlen stehen in der Tabelle darunter.`,
  replicas: 'Replikate',
  replicasIntro:
    'Jedes Replikat schreibt alle paar Sekunden seine Zahlen. Ein stummes wurde abgebrochen oder erreicht die Datenbank nicht. Ob es bereit ist, sagt sein eigenes /health/ready.',
  replicaColumns: ['Rechner', 'Version', 'Schrieb zuerst', 'Schrieb zuletzt', 'Zustand'],
  writes: 'schreibt',
  silent: 'stumm',
  noReplicas: 'Keines hat in der letzten Stunde geschrieben.',
};
