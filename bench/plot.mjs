// A bar chart of requests per second. A dozen bars need no library.

const BAR_HEIGHT = 22;
const ROW_HEIGHT = 30;
const LEFT = 330;
const WIDTH = 900;
const CONNECTIONS = 32;

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One bar for each server and job at 32 connections, as an SVG document. */
export function plot(results) {
  const rows = results.filter(
    ({ connections, server }) => connections === CONNECTIONS && server !== 'node:http',
  );
  const most = Math.max(...rows.map(({ perSecond }) => perSecond));
  const bars = rows.map(({ server, job, perSecond }, index) => {
    const y = 40 + index * ROW_HEIGHT;
    const width = Math.max(1, Math.round(((WIDTH - LEFT - 80) * perSecond) / most));
    const color = server.startsWith('service') ? '#0b6e4f' : '#9aa5b1';
    return [
      `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end">${escape(`${server}: ${job}`)}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR_HEIGHT}" fill="${color}"/>`,
      `<text x="${LEFT + width + 6}" y="${y + 15}">${perSecond}</text>`,
    ].join('\n');
  });
  const height = 50 + rows.length * ROW_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<title>Requests a second at ${CONNECTIONS} connections</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="8" y="22" font-size="15">Requests a second at ${CONNECTIONS} connections, more is better</text>
${bars.join('\n')}
</svg>
`;
}
