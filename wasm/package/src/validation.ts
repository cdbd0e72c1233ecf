// What the core says of a complete message.
import type { Core } from './core.js';
import { AudioEngineError } from './errors.js';
import { NameList, Word } from './layout.js';
import type { AudioMetadata, ValidationResult } from './types.js';

export function metadataOf(core: Core): AudioMetadata {
  const record = core.record(NameList.metadata);
  return { ...record, format: core.nameIn(NameList.format, record['format'] as number) } as AudioMetadata;
}

/** `format`: '' is the configured one. */
export function validate(core: Core, bytes: Uint8Array, format: string): ValidationResult {
  const status = core.statusName(core.glue.validate(core.put(bytes), core.putName(format)));
  if (status === 'bad_format') throw new AudioEngineError(status, `there is no format ${format}`, 'expected');
  return { ok: status === 'ok', status: status as ValidationResult['status'], position: core.word(Word.Position), findings: core.findings(), metadata: metadataOf(core) };
}
