import type { SigningKey } from '../../protocol/signing';
import { encodeAcknowledgement } from './acknowledgement';
import type { ChannelClient } from './channel_client';
import type { GroupKeys } from './group_keys';

interface Parts {
  readonly keys: GroupKeys;
  readonly channel: ChannelClient;
  readonly hostSigner?: SigningKey;
  /** Does what is asked once everything before it is done. */
  readonly enqueue: (act: () => Promise<void>) => void;
  readonly isMember: () => boolean;
  /** Nobody has acknowledged this device since it joined. */
  readonly isNew: () => boolean;
}

/** Says in which epoch this device is: one acknowledgement for all epochs that come at once. */
export class OwnAcknowledgements {
  readonly #parts: Parts;
  #isDue = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  send(): void {
    if (!this.#isDue) {
      this.#isDue = true;
      this.#parts.enqueue(() => this.#send());
    }
  }

  async #send(): Promise<void> {
    this.#isDue = false;
    const { keys, channel, hostSigner, isMember, isNew } = this.#parts;
    if (!isMember()) {
      return;
    }
    const { acknowledgement, leafKey, hostStatement } = await keys.acknowledge();
    // People come to where the host is: not before the host is where anybody is.
    const signer = isNew() ? undefined : hostSigner;
    const host = signer && { leafKey, signature: await signer.sign(hostStatement) };
    const body = encodeAcknowledgement({ ...acknowledgement, host });
    channel.tell({ frame: 'ack', epoch: acknowledgement.epoch, body });
  }
}
