import type { Observable } from '../observable/observable';
import { whenChanged } from '../observable/when_changed';
import type { Announcement } from './announcements';
import type { CallModel } from './call';

/** Says what changes in a call to people who don't see it, until the returned functions are called. */
export function sayingWhatChanges(
  model: Pick<
    CallModel,
    'announce' | 'banner' | 'delivery' | 'devices' | 'group' | 'nameOf' | 'screenShare' | 'who'
  >,
): (() => void)[] {
  const { devices, delivery, group } = model;
  const say = (what: Announcement): void => { model.announce(what); };
  return [
    onSwitch(devices.microphone, (isOn) => {
      say({ kind: 'microphone', isOn });
    }),
    onSwitch(devices.camera, (isOn) => {
      say({ kind: 'camera', isOn });
    }),
    onSwitch(model.screenShare.sharing, (isOn) => {
      say({ kind: 'sharing', isOn });
    }),
    whenChanged(group.health, ({ kind }) => kind, (kind) => {
      if (kind !== 'well') say({ kind });
    }),
    whenChanged(group.comparing.now, ({ kind }) => kind === 'showing', (isThere) => {
      if (isThere) say({ kind: 'comparing' });
    }),
    whenChanged(delivery.undelivered, (now) => [...now.keys()].join(), (who) => {
      const names = [...delivery.undelivered.value.keys()].map((one) => model.nameOf(one));
      if (who !== '') say({ kind: 'undelivered', names });
    }),
    whenChanged(model.who.strangers, (count) => count > 0, (isThere) => {
      if (isThere) say({ kind: 'stranger' });
    }),
    whenChanged(delivery.isBroken, Boolean, (isBroken) => {
      if (isBroken) say({ kind: 'media-broken' });
    }),
    whenChanged(model.banner, ({ kind }) => kind, (kind) => {
      if (kind === 'trouble' || kind === 'back') say({ kind });
    }),
  ];
}

function onSwitch(
  state: Observable<{ readonly kind: string }>,
  act: (isOn: boolean) => void,
): () => void {
  return whenChanged(state, ({ kind }) => kind === 'on', act);
}
