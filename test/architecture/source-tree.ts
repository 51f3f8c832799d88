/**
 * The input of the rules: every source file with its imports. The TypeScript parser extracts them, so comments and
 * strings do not count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to the project's root, with forward slashes. */
  path: string;
  text: string;
  /**
   * Includes type imports, re-exports and dynamic imports. A relative import is the path of its file
   * (`src/protocol/timestamp.ts`), a package is its name.
   */
  imports: string[];
  /** Every identifier in the code. */
  identifiers: Set<string>;
  readsEnvironment: boolean;
}

export type SourceTree = ReadonlyMap<string, SourceFile>;

/** Reads all TypeScript and JavaScript files below these folders, except node_modules. */
export function readSourceTree(root: string, folders: readonly string[]): SourceTree {
  const texts: Record<string, string> = {};
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|mjs|cjs|js)$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative(root, file).replaceAll('\\', '/');
      if (!path.split('/').includes('node_modules')) texts[path] = readFileSync(file, 'utf8');
    }
  }
  return sourceTree(texts);
}

/** Parses files, given as path and text. */
export function sourceTree(texts: Readonly<Record<string, string>>): SourceTree {
  const paths = new Set(Object.keys(texts));
  return new Map(
    Object.entries(texts).map(([path, text]) => [path, parseSourceFile(path, text, paths)]),
  );
}

function parseSourceFile(path: string, text: string, known: ReadonlySet<string>): SourceFile {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const file: SourceFile = {
    path,
    text,
    imports: [],
    identifiers: new Set(),
    readsEnvironment: false,
  };
  const visit = (node: ts.Node): void => {
    const specifier = importedName(node);
    if (specifier !== undefined) file.imports.push(resolveImport(path, specifier, known));
    if (ts.isIdentifier(node)) file.identifiers.add(node.text);
    if (readsEnvironment(node)) file.readsEnvironment = true;
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return file;
}

function importedName(node: ts.Node): string | undefined {
  let specifier: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    specifier = node.moduleSpecifier;
  } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    specifier = node.argument.literal;
  } else if (ts.isExternalModuleReference(node)) {
    specifier = node.expression;
  } else if (ts.isCallExpression(node)) {
    const dynamic = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const required = ts.isIdentifier(node.expression) && node.expression.text === 'require';
    if (dynamic || required) specifier = node.arguments[0];
  }
  return specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

function resolveImport(from: string, specifier: string, known: ReadonlySet<string>): string {
  if (!specifier.startsWith('.')) return specifier;
  const target = posix.join(posix.dirname(from), specifier);
  const asTypeScript = target.replace(/\.(m|c)?js$/, '.$1ts');
  return known.has(target) ? target : asTypeScript;
}

/** `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'process'`. */
function readsEnvironment(node: ts.Node): boolean {
  const isProcess = (other: ts.Node | undefined): boolean =>
    other !== undefined && ts.isIdentifier(other) && other.text === 'process';
  if (ts.isPropertyAccessExpression(node))
    return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: key } = node;
    return isProcess(node.expression) && ts.isStringLiteralLike(key) && key.text === 'env';
  }
  if (ts.isVariableDeclaration(node)) {
    return (
      isProcess(node.initializer) &&
      ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => {
        const name = element.propertyName ?? element.name;
        return ts.isIdentifier(name) && name.text === 'env';
      })
    );
  }
  if (ts.isImportDeclaration(node) && /^(node:)?process$/.test(importedName(node) ?? '')) {
    const bindings = node.importClause?.namedBindings;
    return (
      bindings !== undefined &&
      ts.isNamedImports(bindings) &&
      bindings.elements.some((element) => (element.propertyName ?? element.name).text === 'env')
    );
  }
  return false;
}
