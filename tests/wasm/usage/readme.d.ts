// What the examples of the package's README have around them.
declare const meter: HTMLMeterElement;
declare const socket: WebSocket & { on(type: string, listener: (chunk: Uint8Array) => void): void };
declare const recogniser: { write(audio: Uint8Array): void };
