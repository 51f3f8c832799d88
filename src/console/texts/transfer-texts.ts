export const ENGLISH_EXPORT = {
  title: 'Export',
  intro:
    'All consumers and access tokens, one JSON object a line. With secrets the file can be imported elsewhere; without, it shows what there is.',
  warning:
    'Who has a file with secrets can sign as every consumer and with every token in it. Keep it as you keep the database and its keys. That you exported goes on record.',
  secrets: 'With secrets, in the clear',
  button: 'Download',
};

export const ENGLISH_IMPORT = {
  title: 'Import',
  intro: 'Consumers and access tokens, one JSON object a line: all of them, or nothing.',
  ofFile: 'A file',
  file: 'File',
  fileHelp: 'Of any length, in UTF-8.',
  noFile: 'Choose a file.',
  fileButton: 'Import file',
  ofLines: 'Pasted lines',
  lines: 'Lines',
  linesHelp: 'Up to 64 kB.',
  dryRun: 'Dry run: only look',
  done: (consumers: string, tokens: string) =>
    `Taken over: ${consumers} consumers, ${tokens} tokens.`,
  wouldBe: (consumers: string, tokens: string) =>
    `Nothing is wrong. To be taken over: ${consumers} consumers, ${tokens} tokens. Press Import once more to do it.`,
  fileWouldBe: (consumers: string, tokens: string) =>
    `Nothing is wrong. To be taken over: ${consumers} consumers, ${tokens} tokens. Choose the file once more, without the dry run, to do it.`,
  refused: 'Nothing was imported.',
  faults: 'Faulty lines',
  columns: ['Line', 'Place', 'What is wrong'],
};

export const GERMAN_EXPORT: typeof ENGLISH_EXPORT = {
  title: 'Export',
  intro:
    'Alle Consumer und Zugriffs-Token, je Zeile ein JSON-Objekt. Mit Secrets kann die Datei anderswo importiert werden; ohne zeigt sie, was es gibt.',
  warning:
    'Wer eine Datei mit Secrets hat, kann als jeder Consumer und mit jedem Token darin signieren. Verwahren Sie sie wie die Datenbank und deren Schlüssel. Dass Sie exportiert haben, wird protokolliert.',
  secrets: 'Mit Secrets, im Klartext',
  button: 'Herunterladen',
};

export const GERMAN_IMPORT: typeof ENGLISH_IMPORT = {
  title: 'Importieren',
  intro: 'Consumer und Zugriffs-Tokens, ein JSON-Objekt je Zeile: alle oder keines.',
  ofFile: 'Eine Datei',
  file: 'Datei',
  fileHelp: 'Beliebig lang, in UTF-8.',
  noFile: 'Wählen Sie eine Datei.',
  fileButton: 'Datei importieren',
  ofLines: 'Eingefügte Zeilen',
  lines: 'Zeilen',
  linesHelp: 'Bis 64 kB.',
  dryRun: 'Probelauf: nur nachsehen',
  done: (consumers, tokens) => `Übernommen: ${consumers} Consumer, ${tokens} Tokens.`,
  wouldBe: (consumers, tokens) =>
    `Alles ist in Ordnung. Zu übernehmen: ${consumers} Consumer, ${tokens} Tokens. Drücken Sie noch einmal auf Importieren.`,
  fileWouldBe: (consumers, tokens) =>
    `Alles ist in Ordnung. Zu übernehmen: ${consumers} Consumer, ${tokens} Tokens. Wählen Sie die Datei noch einmal, ohne Probelauf.`,
  refused: 'Es wurde nichts übernommen.',
  faults: 'Fehlerhafte Zeilen',
  columns: ['Zeile', 'Stelle', 'Was falsch ist'],
};
