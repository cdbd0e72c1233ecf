// The recordings that come with the page, and who is to be thanked for them. Real speech, 16 kHz; the browser brings it to its own rate.
import quietRoom from '../../tests/support/recordings/librispeech_2691.wav?url';
import noisyRoom from '../../tests/support/recordings/librispeech_1723.wav?url';

/** A noisy room, then a quiet one: the noise floor follows, and the decisions do not mind. */
export const kRecordings: readonly string[] = [noisyRoom, quietRoom];

export const kCredit =
  'Recording: two readers from the LibriSpeech ASR corpus (V. Panayotov, G. Chen, D. Povey, S. Khudanpur, 2015), openslr.org/12, ' +
  'read by LibriVox volunteers, CC BY 4.0, cut to 8 s each: utterances 1723-141149-0000 and 2691-156745-0000.';
