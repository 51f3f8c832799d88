// Writes docs/openapi.json, the copy of the served document that reviews and client generators read.
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from '../dist/openapi/document.js';

const file = new URL('../docs/openapi.json', import.meta.url);
const options = await resolveConfig(file);
const text = JSON.stringify(openApiDocument());
writeFileSync(file, await format(text, { ...options, parser: 'json' }));
