import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment } from './setting-definitions.js';
import { readSecretFile } from './secret-file.js';
import { settingRules, type SettingRule } from './setting.decorator.js';

/**
 * Parses the variables that `Environment` declares and ignores all others. Collects all faults. Each fault is a
 * sentence that begins with the variable's name and never contains its value.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): {
  environment: Environment;
  faults: string[];
} {
  const texts: Record<string, string | undefined> = {};
  const faults: string[] = [];
  for (const [name, rule] of settingRules()) {
    try {
      texts[name] = textOf(env, name, rule) ?? rule.fallback;
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  const environment = plainToInstance(Environment, texts, { excludeExtraneousValues: true });
  for (const { constraints } of validateSync(environment)) {
    faults.push(...Object.values(constraints ?? {}));
  }
  return { environment, faults };
}

/**
 * The text of a variable, or of its file. An empty variable counts as not set if the setting has no default. A
 * setting with a default, such as a number or a choice, cannot be empty, so there the rule reports a fault.
 */
function textOf(
  env: NodeJS.ProcessEnv,
  name: string,
  rule: SettingRule<unknown>,
): string | undefined {
  const own = env[name] === '' && rule.fallback === undefined ? undefined : env[name];
  const file = rule.secret ? env[`${name}_FILE`] || undefined : undefined;
  if (file === undefined) {
    return own;
  }
  if (own !== undefined) {
    throw new Error(`${name} and ${name}_FILE are both set, but one only may say it`);
  }
  try {
    return readSecretFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw new Error(`${name}_FILE names an empty file`);
    throw new Error(
      `${name}_FILE must name a readable file, for example /run/secrets/${name.toLowerCase()} (${code})`,
    );
  }
}
