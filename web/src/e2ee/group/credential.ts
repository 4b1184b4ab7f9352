import type { AuthenticationService, Credential } from 'ts-mls';

import {
  concat,
  encodeBase64url,
  encodeUtf8,
  equalBytes,
  type Bytes,
} from '../../protocol/bytes';
import { identityOf } from '../../protocol/derivation';
import type { GroupSecrets } from './group_secrets';
import { isSoundKey } from './verification';

const FORM = 1;

// One group's members, those who were before them, and what they were mistaken for.
const MAX_REMEMBERED = 4_096;

/** The membership tag of a leaf key: only who has the link can make it, and for this group only. */
export async function tagOf(
  { tagKey, groupId }: GroupSecrets,
  leafKey: Uint8Array,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', tagKey, concat(groupId, leafKey)));
}

/** What stands in the credential of a leaf: a form, the identity and the membership tag. */
export async function credentialOf(secrets: GroupSecrets, leafKey: Bytes): Promise<Bytes> {
  const [identity, tag] = await Promise.all([identityOf(leafKey), tagOf(secrets, leafKey)]);
  return concat(Uint8Array.of(FORM), encodeUtf8(identity), tag);
}

/** Tells members of one group from ghosts. It is what MLS asks about every leaf. */
export class MembershipCheck implements AuthenticationService {
  readonly #secrets: GroupSecrets;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(secrets: GroupSecrets) {
    this.#secrets = secrets;
  }

  validateCredential(credential: Credential, leafKey: Uint8Array): Promise<boolean> {
    if (credential.credentialType !== 'basic') {
      return Promise.resolve(false);
    }
    const { identity } = credential;
    const name = `${encodeBase64url(leafKey)} ${encodeBase64url(identity)}`;
    let answer = this.#known.get(name);
    if (answer === undefined) {
      if (this.#known.size >= MAX_REMEMBERED) {
        this.#known.clear();
      }
      answer = this.#check(identity, Uint8Array.from(leafKey));
      this.#known.set(name, answer);
    }
    return answer;
  }

  async #check(claimed: Uint8Array, leafKey: Bytes): Promise<boolean> {
    return isSoundKey(leafKey) && equalBytes(claimed, await credentialOf(this.#secrets, leafKey));
  }
}
