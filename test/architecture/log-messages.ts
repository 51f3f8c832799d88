import ts from 'typescript';
import type { Rule } from './rules.js';

const LEVELS = new Set(['log', 'fatal', 'error', 'warn', 'debug', 'verbose']);

/**
 * A log line is a constant message with fields, so that lines can be counted and alerted on. The first argument of
 * each logger call is a literal, and variable values come after it.
 */
export const logMessagesAreConstant: Rule = (tree) =>
  [...tree.values()]
    .filter(({ path }) => path.startsWith('src/') && !path.endsWith('.spec.ts'))
    .flatMap(({ path, text }) => {
      const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
      return varyingMessages(parsed).map((message) => `${path} logs ${message}`);
    });

function varyingMessages(parsed: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isLogCall(node.expression, parsed)) {
      const [message] = node.arguments;
      if (!message || !ts.isStringLiteralLike(message)) {
        found.push(message?.getText(parsed) ?? 'nothing');
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

/** `logger.warn(…)`, `this.logger[level](…)`, `new Logger('Service').log(…)`, `Logger.error(…)`. */
function isLogCall(callee: ts.Expression, parsed: ts.SourceFile): boolean {
  if (ts.isElementAccessExpression(callee)) return isLogger(callee.expression, parsed);
  return (
    ts.isPropertyAccessExpression(callee) &&
    LEVELS.has(callee.name.text) &&
    isLogger(callee.expression, parsed)
  );
}

function isLogger(node: ts.Expression, parsed: ts.SourceFile): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText(parsed) === 'Logger';
  return /(^|[.#])_?logger$/i.test(node.getText(parsed));
}
