import type { SigningKey } from '../../protocol/signing';
import type { GroupSecrets } from './group_secrets';
import type { GroupSession } from './group_session';
import { FIRST_STATE, makeAct } from './host_acts';

interface Parts {
  readonly session: Pick<GroupSession, 'view' | 'act'>;
  readonly secrets: GroupSecrets;
  readonly hostKey: SigningKey;
}

/**
 * Makes the host's own device known as one: the host key signs that this leaf key speaks for it. Until
 * it stands it is asked for again in each epoch.
 *
 * @returns stops it.
 */
export function delegatingOwnLeaf({ session, secrets, hostKey }: Parts): () => void {
  let isUnderWay = false;
  return session.view.subscribe((view) => {
    if (isUnderWay || view?.acts.isComplete !== true || view.self.isHost) {
      return;
    }
    isUnderWay = true;
    const make = async (): Promise<{ readonly sealed: Uint8Array<ArrayBuffer>; readonly isRemoval: boolean }> => {
      const { self, acts } = session.view.value ?? view;
      const state = { ...FIRST_STATE, head: acts.head, count: acts.count };
      const act = { kind: 'delegation', leafKey: self.leafKey, isOn: true } as const;
      return { sealed: await makeAct(secrets, state, act, hostKey), isRemoval: false };
    };
    void session.act(make).finally(() => {
      isUnderWay = false;
    });
  });
}
