import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describeWith, PROMETHEUS } from '../support/debian-tools.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const ALERTS = 'deploy/prometheus/alerts.yml';
const ALERT_TESTS = 'deploy/prometheus/alerts.test.yml';
const DASHBOARD = 'deploy/grafana/oauth10.json';
const OPERATIONS = 'docs/operations.md';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface AlertTest {
  readonly alert_rule_test: readonly { alertname: string; exp_alerts?: readonly unknown[] }[];
}
interface Box {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Box;
  readonly targets?: readonly { readonly expr: string }[];
  readonly fieldConfig?: object;
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

const alerts = (parse(readFileSync(ALERTS, 'utf8')) as { groups: [{ rules: Alert[] }] }).groups[0]
  .rules;
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
const shownExpressions = dashboard.panels.flatMap((panel) =>
  (panel.targets ?? []).map(({ expr }) => expr),
);

/** Names of metrics in a PromQL expression: the service's and the process's. */
const metricsIn = (expression: string): string[] =>
  expression.match(/\b(oauth10|nodejs|process)_[a-z0-9_]+/g) ?? [];

/** The anchors of the headings of a Markdown page. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe('deploy/prometheus and deploy/grafana speak of metrics that are there', () => {
  const { service } = serviceForAllTests();
  let names: Set<string>;
  beforeAll(async () => {
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    names = new Set(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
  });

  it.each([
    ['every alert', alerts.map(({ expr }) => expr)],
    ['every panel', shownExpressions],
  ])('%s', (_, expressions) => {
    const wanted = expressions.flatMap(metricsIn);
    expect(wanted.length).toBeGreaterThanOrEqual(alerts.length);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  it('every metric of the service is on the dashboard', () => {
    const shown = new Set(shownExpressions.flatMap(metricsIn));
    const ours = [...names].filter((name) => name.startsWith('oauth10_'));
    const families = (name: string) => name.replace(/_(bucket|sum|count)$/, '');
    const shownFamilies = new Set([...shown].map(families));
    expect(ours.map(families).filter((name) => !shownFamilies.has(name))).toEqual([]);
  });
});

describe('deploy/prometheus/alerts.yml', () => {
  it('each alert leads to the part of docs/operations.md that says what to do', () => {
    const anchors = new Set(anchorsOf(readFileSync(OPERATIONS, 'utf8')));
    for (const { annotations } of alerts) {
      const [page, anchor = ''] = annotations.runbook.split('#');
      expect([page, anchor, anchors.has(anchor)]).toEqual([OPERATIONS, anchor, true]);
    }
  });

  it('each alert has a case that raises it and one that does not', () => {
    const { tests } = parse(readFileSync(ALERT_TESTS, 'utf8')) as { tests: AlertTest[] };
    const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    const raised = cases.filter(({ exp_alerts }) => exp_alerts).map((one) => one.alertname);
    const quiet = cases.filter(({ exp_alerts }) => !exp_alerts).map((one) => one.alertname);
    const names = alerts.map(({ alert }) => alert).sort();
    expect([raised.sort(), quiet.sort()]).toEqual([names, names]);
  });
});

describe('deploy/grafana/oauth10.json', () => {
  it('has panels with a title, an id of their own and a place of their own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const overlap = (a: Box, b: Box) =>
      a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    for (const [n, panel] of panels.entries()) {
      expect(panel.title).not.toBe('');
      expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24);
      const clash = panels.slice(n + 1).find((one) => overlap(panel.gridPos, one.gridPos));
      expect([panel.title, clash?.title]).toEqual([panel.title, undefined]);
    }
  });

  it('uses the variables that it declares', () => {
    const declared = new Set(dashboard.templating.list.map(({ name }) => name));
    const used = JSON.stringify(dashboard.panels).match(/\$\{?([a-z]\w*)/g) ?? [];
    const names = used.map((one) => one.replace(/[${]/g, ''));
    expect(names.filter((name) => !declared.has(name))).toEqual([]);
  });
});

describeWith([PROMETHEUS], 'promtool', () => {
  const promtool = (...args: string[]) => execFileSync('promtool', args, { encoding: 'utf8' });

  it('accepts the rules, and raises each alert when it should, and only then', () => {
    expect(promtool('check', 'rules', ALERTS)).toContain(`SUCCESS: ${alerts.length} rules`);
    expect(promtool('test', 'rules', ALERT_TESTS)).toContain('SUCCESS');
  });

  it('can read every expression of the dashboard', () => {
    const rules = shownExpressions.map((expr, n) => ({
      record: `shown:${n}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'oauth10-dashboard-'));
    try {
      const file = join(folder, 'rules.yml');
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
      expect(promtool('check', 'rules', file)).toContain(`SUCCESS: ${rules.length} rules`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
