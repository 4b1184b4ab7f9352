import type { Member } from '../e2ee/group/group_keys';

// So many sign; in a full room, more would say the same.
const MAX_WITNESSES = 5;

/**
 * Whether a member is one of those who sign for all: the first by their leaves.
 *
 * @param members - in order of their leaves; who is not among them signs, too.
 */
export function signsForAll(self: Pick<Member, 'index'>, members: readonly Pick<Member, 'index'>[]): boolean {
  return members.findIndex(({ index }) => index === self.index) < MAX_WITNESSES;
}
