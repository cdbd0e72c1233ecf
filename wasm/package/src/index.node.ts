// What Node imports: the same, and files can be read.
import { readFile } from 'node:fs/promises';
import { setFileReader } from './load.js';

setFileReader(async (url) => new Uint8Array(await readFile(url)));

export * from './index.js';
