// Where the audio comes from. Each source is connected to the node it feeds and knows how to end.

export interface Source {
  /** Plain words for the state line. */
  readonly name: string;
  stop(): void;
}

/** An error whose message is meant for the person in front of the page. */
export class Trouble extends Error {}

/** Opens the microphone. The browser's own clean-up is off: the detector hears the room as it is. */
export async function openMicrophone(context: AudioContext, into: AudioNode, onEnded: (why: string) => void): Promise<Source> {
  if (!navigator.mediaDevices) {
    throw new Trouble('Browsers give the microphone only to pages from https or from localhost. Open this page from one of these.');
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    throw new Trouble(microphoneTrouble(error));
  }
  const track = stream.getAudioTracks()[0]!;
  const node = context.createMediaStreamSource(stream);
  node.connect(into);
  track.onended = () => onEnded('The microphone went away. Was it unplugged?');
  return {
    name: track.label || 'Microphone',
    stop() {
      track.onended = null;
      node.disconnect();
      for (const each of stream.getTracks()) each.stop();
    },
  };
}

function microphoneTrouble(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
      return 'The microphone was refused. Allow it with the symbol in the address bar, then press Microphone again.';
    case 'NotFoundError':
      return 'No microphone was found. Connect one, or play the recording.';
    case 'NotReadableError':
      return 'The microphone is there but cannot be opened. Another program may be using it.';
    default:
      return `The microphone cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Plays sound files one after the other, audibly through `loudspeaker`. */
export async function openRecording(
  context: AudioContext,
  urls: readonly string[],
  into: AudioNode,
  loudspeaker: AudioNode,
  onEnded: () => void,
): Promise<Source> {
  const buffers = await Promise.all(urls.map((url) => fetchAudio(context, url)));
  const nodes = buffers.map((buffer) => new AudioBufferSourceNode(context, { buffer }));
  let start = context.currentTime + 0.05;
  for (const [i, node] of nodes.entries()) {
    node.connect(into);
    node.connect(loudspeaker);
    node.start(start);
    start += buffers[i]!.duration;
  }
  const last = nodes.at(-1)!;
  last.onended = onEnded;
  return {
    name: 'Recording',
    stop() {
      last.onended = null;
      for (const node of nodes) node.disconnect();
    },
  };
}

async function fetchAudio(context: AudioContext, url: string): Promise<AudioBuffer> {
  const failed = (why: string): Trouble => new Trouble(`The recording ${url} cannot be played: ${why}.`);
  const response = await fetch(url).catch(() => {
    throw failed('the server does not answer');
  });
  if (!response.ok) throw failed(`the server answers ${response.status}`);
  try {
    return await context.decodeAudioData(await response.arrayBuffer());
  } catch {
    throw failed('it is not a sound file');
  }
}
