/**
 * Finds the regular expressions of a source tree, and makes long texts for each that would reveal more than linear
 * time: runs of each of its classes and literals, after a prefix that leads to each loop.
 */
import { AST, RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import ts from 'typescript';
import type { SourceTree } from './source-tree.js';

export interface FoundExpression {
  /** `src/a.ts: /b+/u` */
  readonly name: string;
  readonly expression: RegExp;
}

/** A way to make a text of any length. */
export interface Lengthening {
  readonly before: string;
  readonly run: string;
  readonly after: string;
}

/** No class of an expression here matches these characters, unless it is negated. */
const MISMATCH = '\u0000\uffff';
/** A quantifier with at most this maximum does not count as a loop. */
const FEW = 64;

/** Literals, and `new RegExp(…)` with a string. The values of `${…}` must be constants of the same file. */
export function regularExpressionsOf(tree: SourceTree): FoundExpression[] {
  return [...tree.values()].flatMap(({ path, text }) => {
    const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const constants = constantsOf(parsed);
    const found: FoundExpression[] = [];
    const add = (expression: RegExp): unknown =>
      found.push({ name: `${path}: ${String(expression)}`, expression });
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        add(new RegExp(node.text.slice(1, end), node.text.slice(end + 1)));
      } else if (isRegExpCall(node)) {
        const [source, flags] = node.arguments ?? [];
        add(new RegExp(valueOf(source, constants), flags && valueOf(flags, constants)));
      }
      ts.forEachChild(node, visit);
    };
    visit(parsed);
    return found;
  });
}

const isRegExpCall = (node: ts.Node): node is ts.NewExpression | ts.CallExpression =>
  (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === 'RegExp';

function constantsOf(file: ts.SourceFile): Map<string, ts.Node> {
  const constants = new Map<string, ts.Node>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      constants.set(node.name.text, node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return constants;
}

function valueOf(node: ts.Node | undefined, constants: ReadonlyMap<string, ts.Node>): string {
  if (node && ts.isIdentifier(node)) return valueOf(constants.get(node.text), constants);
  if (node && (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node))) return node.text;
  if (node && ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw') {
    if (ts.isNoSubstitutionTemplateLiteral(node.template)) return node.template.rawText ?? '';
  }
  if (node && ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) => valueOf(expression, constants) + literal.text,
    );
    return node.head.text + spans.join('');
  }
  throw new Error(`no text that can be read beforehand: ${node?.getText() ?? 'nothing'}`);
}

/** The texts that an expression is tested with. */
export function lengtheningsOf({ source, flags }: RegExp): Lengthening[] {
  const parser = new RegExpParser();
  const pattern = parser.parsePattern(source, 0, source.length, flags.includes('u'));
  const runs = new Set<string>();
  const before = new Set(['']);
  const addCharacters = (node: AST.Character | AST.CharacterSet | AST.CharacterClass): void => {
    for (const character of samplesOf(node, flags)) runs.add(character);
  };
  visitRegExpAST(pattern, {
    onCharacterEnter: (node) => {
      if (!isInClass(node)) addCharacters(node);
    },
    onCharacterSetEnter: (node) => {
      if (!isInClass(node)) addCharacters(node);
    },
    onCharacterClassEnter: addCharacters,
    onQuantifierEnter: (node) => {
      if (node.max <= FEW) return;
      runs.add(sampleOf(node.element, flags));
      before.add(sampleBefore(node, flags));
    },
  });
  runs.delete('');
  return [...before].flatMap((prefix) =>
    [...runs].flatMap((run) => [
      { before: prefix, run, after: '' },
      { before: prefix, run, after: MISMATCH },
    ]),
  );
}

const isInClass = ({ parent }: AST.Node): boolean =>
  parent?.type === 'CharacterClass' || parent?.type === 'CharacterClassRange';

/** A text that matches everything before the node once. */
function sampleBefore(node: AST.Node, flags: string): string {
  const { parent } = node;
  if (!parent || parent.type === 'Pattern') return '';
  const own =
    parent.type === 'Alternative'
      ? parent.elements.slice(0, parent.elements.indexOf(node as AST.Element))
      : [];
  return sampleBefore(parent, flags) + own.map((element) => sampleOf(element, flags)).join('');
}

/** A text that the node matches, ignoring assertions and backreferences. */
function sampleOf(node: AST.Element, flags: string): string {
  switch (node.type) {
    case 'Group':
    case 'CapturingGroup':
      return (node.alternatives[0]?.elements ?? [])
        .map((element) => sampleOf(element, flags))
        .join('');
    case 'Quantifier':
      return sampleOf(node.element, flags).repeat(Math.max(1, node.min));
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
      return samplesOf(node, flags)[0] ?? '';
    case 'ExpressionCharacterClass':
      throw new Error(`no sample of ${node.raw}`);
    case 'Assertion':
    case 'Backreference':
      return '';
  }
}

const PROBES = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));

/** Characters that match the class: both ends of each range, because two ranges may overlap. */
function samplesOf(
  node: AST.Character | AST.CharacterSet | AST.CharacterClass,
  flags: string,
): string[] {
  if (node.type === 'Character') return [String.fromCodePoint(node.value)];
  if (node.type === 'CharacterClass' && !node.negate) {
    return node.elements.flatMap((element) => {
      if (element.type === 'CharacterClassRange') {
        return [element.min, element.max].map(({ value }) => String.fromCodePoint(value));
      }
      if (element.type === 'Character' || element.type === 'CharacterSet') {
        return samplesOf(element, flags);
      }
      return [];
    });
  }
  const one = new RegExp(`^${node.raw}$`, flags.replace(/[gy]/g, ''));
  const taken = PROBES.filter((character) => one.test(character));
  const usual = ['a', '0', ' ', '\t', '-', '%'].filter((character) => taken.includes(character));
  return usual.length > 0 ? usual : taken.slice(0, 1);
}
