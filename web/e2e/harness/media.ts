import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MEDIA = new URL('../../../.cache/e2e-media/', import.meta.url);

/** Who somebody looks and sounds like. */
export interface Appearance {
  readonly picture: 'face' | 'film';
  readonly voice: 'ana' | 'samuel';
}

export const ANA: Appearance = { picture: 'face', voice: 'ana' };
export const SAMUEL: Appearance = { picture: 'film', voice: 'samuel' };

/** The file of picture and voice together (WebM), as long as a story. */
export function filmFile(voice: Appearance['voice']): string {
  return existing(`${voice}.webm`);
}

/** The file of a picture (YUV4MPEG2, 640×360) or of a voice (WAV, 48 kHz, one channel). */
export function mediaFile(name: Appearance['picture'] | Appearance['voice']): string {
  const isPicture = name === 'face' || name === 'film';
  return existing(`${name}.${isPicture ? 'y4m' : 'wav'}`);
}

function existing(name: string): string {
  const path = fileURLToPath(new URL(name, MEDIA));
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: run \`make e2e\`, which makes it.`);
  }
  return path;
}
