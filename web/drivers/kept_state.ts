import {
  emptyPskIndex,
  mlsExporter,
  processPrivateMessage,
  processPublicMessage,
  type ClientState,
} from 'ts-mls';
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { encodeGroupContext } from 'ts-mls/groupContext.js';

import { decodeMls } from '../src/e2ee/group/mls_state';
import { encodeBase64url, parseBase64url } from '../src/protocol/bytes';
import type { DriverMember } from './member';

const LABEL = 'folkmoot v1 driver';

/** Everything that somebody had at one moment, out of reach of what their program forgets. */
export class KeptState {
  readonly #state: ClientState;

  constructor(member: DriverMember) {
    const { clientConfig, ...kept } = member.core.requireState();
    this.#state = { ...structuredClone(kept), clientConfig };
  }

  /** What it opens of the epoch that a commit has begun, and of what was said in it. */
  async tryAt(commit: string, said: string, inside: DriverMember): Promise<Record<string, boolean>> {
    return {
      opensPath: await this.#opensPath(commit, inside),
      followsCommit: await this.#follows(commit, inside),
      readsMessage: await this.#reads(said, inside),
    };
  }

  /** Whether one of its keys opens a part of the commit's path. */
  async #opensPath(commit: string, { core }: DriverMember): Promise<boolean> {
    const { epoch, treeHash } = core.requireState().groupContext;
    const context = encodeGroupContext({ ...this.#state.groupContext, epoch, treeHash });
    for (const key of Object.values(this.#state.privatePath.privateKeys)) {
      const privateKey = await core.suite.hpke.importPrivateKey(key);
      for (const { kemOutput, ciphertext } of pathSecretsIn(commit)) {
        const opened = await decryptWithLabel(privateKey, 'UpdatePathNode', context, kemOutput, ciphertext, core.suite.hpke).catch(() => undefined);
        if (opened !== undefined) return true;
      }
    }
    return false;
  }

  /** Whether the library comes to the secret that the others share. */
  async #follows(commit: string, { core, keys }: DriverMember): Promise<boolean> {
    const message = decoded(commit);
    if (message?.wireformat !== 'mls_public_message') throw new Error('No commit.');
    try {
      const { newState } = await processPublicMessage(structuredCloneOf(this.#state), message.publicMessage, emptyPskIndex, core.suite);
      const { exporterSecret } = newState.keySchedule;
      const own = await mlsExporter(exporterSecret, LABEL, new Uint8Array(), 32, core.suite);
      const theirs = await keys.exportKey(LABEL, new Uint8Array(), 32);
      return encodeBase64url(own) === encodeBase64url(theirs);
    } catch {
      return false;
    }
  }

  async #reads(said: string, { core }: DriverMember): Promise<boolean> {
    const message = decoded(said);
    if (message?.wireformat !== 'mls_private_message') throw new Error('No message.');
    try {
      await processPrivateMessage(structuredCloneOf(this.#state), message.privateMessage, emptyPskIndex, core.suite);
      return true;
    } catch {
      return false;
    }
  }
}

function structuredCloneOf({ clientConfig, ...rest }: ClientState): ClientState {
  return { ...structuredClone(rest), clientConfig };
}

function decoded(text: string): ReturnType<typeof decodeMls> {
  const bytes = parseBase64url(text);
  return bytes && decodeMls(bytes);
}

function pathSecretsIn(commit: string): readonly { kemOutput: Uint8Array; ciphertext: Uint8Array }[] {
  const message = decoded(commit);
  const content = message?.wireformat === 'mls_public_message' ? message.publicMessage.content : undefined;
  if (content?.contentType !== 'commit') throw new Error('No commit.');
  return content.commit.path?.nodes.flatMap((node) => node.encryptedPathSecret) ?? [];
}
