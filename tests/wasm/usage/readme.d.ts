// What the examples of the package's README have around them.
declare const meter: HTMLMeterElement;
declare const socket: WebSocket & { on(type: string, listener: (chunk: Uint8Array) => void): void };
declare const recogniser: { write(audio: Uint8Array): void };
// readme.test.mjs brings these, and runs the examples that need nothing else.
declare const message: Uint8Array;
declare const chunks: Int16Array[];
declare const packets: { sequence: number; timestamp: number; payload: Uint8Array }[];
declare function send(audio: Uint8Array): void;
