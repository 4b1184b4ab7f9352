/** A browser's sound in memory, for the tests of what listens to microphones and plays tones. */
import type { SoundPort } from './level_meter';

export class FakeSound implements SoundPort {
  state: AudioContextState = 'running';
  /** Every sample of what the microphone gives now. */
  sample = 0;
  /** What happened, in order. */
  readonly log: string[] = [];
  /** What `setSinkId` rejects with. */
  sinkFault: Error | undefined;
  /** Nothing ever plays, as on a computer without sound. */
  isDead = false;

  audioContext(): AudioContext {
    const node = (): unknown => ({
      connect: (next: unknown) => next,
      disconnect: () => this.log.push('disconnect'),
      stream: 'tone',
      gain: {
        setValueAtTime: () => undefined,
        linearRampToValueAtTime: () => undefined,
        exponentialRampToValueAtTime: () => undefined,
      },
      frequency: { value: 0 },
      start: () => this.log.push('note'),
      stop: () => undefined,
      getFloatTimeDomainData: (samples: Float32Array) => samples.fill(this.sample),
    });
    const readState = (): AudioContextState => this.state;
    return {
      get state() {
        return readState();
      },
      currentTime: 0,
      createMediaStreamSource: node,
      createAnalyser: node,
      createMediaStreamDestination: node,
      createOscillator: node,
      createGain: node,
      resume: () => {
        this.log.push('resume');
        return Promise.resolve();
      },
      close: () => {
        this.log.push('close');
        return Promise.resolve();
      },
    } as unknown as AudioContext;
  }

  streamOf(track: MediaStreamTrack): MediaStream {
    return track as unknown as MediaStream;
  }

  audioElement(): HTMLAudioElement {
    return {
      srcObject: null,
      setSinkId: (id: string) => {
        this.log.push(`sink ${id}`);
        return this.sinkFault === undefined ? Promise.resolve() : Promise.reject(this.sinkFault);
      },
      play: () => {
        this.log.push('play');
        return this.isDead ? new Promise(() => undefined) : Promise.resolve();
      },
      pause: () => this.log.push('pause'),
    } as unknown as HTMLAudioElement;
  }
}
