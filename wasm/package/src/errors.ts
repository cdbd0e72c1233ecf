/**
 * What goes wrong, by name. The core's own codes are its `Status` names (`bad_channels`, `stream_finished`, `out_of_memory` ...).
 * This package adds: `unknown_option`, `bad_option`, `bad_input`, `disposed`, `wasm_load_failed`, `wasm_start_failed`,
 * `worklet_load_failed`, `worklet_failed`, `worklet_timeout`, `context_closed`, `unsupported`.
 */
export class AudioEngineError extends Error {
  override readonly name = 'AudioEngineError';
  /** The broken rule. */
  readonly code: string;
  /** The configuration field at fault, by the core's name (`audio.channels`, `vad.speech_start_ms`); an argument's name (`ms`); or ''. */
  readonly field: string;

  constructor(code: string, message: string, field = '') {
    super(message);
    this.code = code;
    this.field = field;
  }
}
