import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import ts from 'typescript';

/** An object of the Kubernetes API, parsed from YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * Checks manifests against the schemas of the API. The validators of kubernetes-models check values, but accept
 * unknown names; its types check names.
 */
export function manifestFaults(manifests: readonly Manifest[]): string[] {
  return [...valueFaults(manifests), ...nameFaults(manifests)];
}

// The package is ESM only, and Jest runs CommonJS.
const VALIDATE = `
  const text = await new Response(process.stdin).text();
  const faults = [];
  for (const manifest of JSON.parse(text)) {
    const { [manifest.kind]: Model } = await import('kubernetes-models/' + manifest.folder);
    try {
      new Model(manifest.object).validate();
    } catch (error) {
      faults.push(manifest.kind + ' ' + manifest.name + ': ' + error.message);
    }
  }
  console.log(JSON.stringify(faults));`;

function valueFaults(manifests: readonly Manifest[]): string[] {
  const input = manifests.map((object) => ({
    folder: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    object,
  }));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', VALIDATE],
    { input: JSON.stringify(input), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

function nameFaults(manifests: readonly Manifest[]): string[] {
  const text = manifests
    .map((object, index) => {
      const { kind } = object;
      const from = `'kubernetes-models/${object.apiVersion}'`;
      return (
        `import type { I${kind} as I${index} } from ${from};\n` +
        `export const object${index}: I${index} = ${JSON.stringify(object)};`
      );
    })
    .join('\n');
  const file = join(process.cwd(), 'manifests.ts');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
      : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? text : readFile.call(host, name));
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
