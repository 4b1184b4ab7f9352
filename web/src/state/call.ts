import { Subject, type Observable } from '../observable/observable';
import type { Drain } from '../e2ee/record/node_word';
import type { SigningKey } from '../protocol/signing';
import type { Call } from '../session/call';
import { Announcer, type Announcement, type Said } from './announcements';
import type { CallPreferences } from './call_preferences';
import type { Clock } from '../observable/clock';
import { GroupModel, type GroupEars, type GroupPort } from './group';
import { perform } from './call_acts';
import { ConnectionBanner, type Banner } from './connection_banner';
import { CallEndings, type RecordToSave } from './call_endings';
import { sayingWhatChanges } from './call_words';
import type { Conversation } from './conversation';
import { ConversationDoor } from './conversation_door';
import type { DevicesModel, DeviceState } from './devices';
import type { Told } from './ending';
import type { MeetingFacts, ServerFacts } from './meeting';
import { DeliveryModel, Wanted, type MediaPort } from './delivery';
import { SourcePublishing, wantedFromCamera, wantedFromMicrophone } from './publishing';
import { roomOf, shareNews, type Room } from './room';
import { ScreenShareModel, type ScreenPort } from './screen_share';
import type { ShortcutId } from './shortcuts';
import { StageModel, type StageFacts } from './stage';
import { Talk } from './talk';
import { Voices, type Heard, type LevelsPort } from './voices';
import { WhoIsHere } from './who_is_here';

/** The side panel that is open; one at a time. */
export type Panel = 'none' | 'people' | 'chat';

/** What a call is made of. */
export interface CallParts {
  readonly call: Call;
  readonly media: MediaPort;
  readonly openGroup: (ears: GroupEars) => GroupPort;
  /** A fault of this release's own. */
  readonly onFault: (error: unknown) => void;
  /** Closed with the call. */
  readonly devices: DevicesModel;
  readonly meeting: MeetingFacts;
  readonly server: ServerFacts;
  readonly clock: Clock;
  readonly screen: ScreenPort;
  readonly levels: LevelsPort;
  readonly preferences: CallPreferences;
  /** This device's leaf key. */
  readonly signer: SigningKey;
  /** The node's checked word that it stops. */
  readonly drain: Observable<Drain | undefined>;
}

// A call that takes so long may not come at all; people are then told so, with keys or without.
const GROUP_AFTER_MS = 3_000;

/** A call as the screen shows it. What is sent follows the devices until `close`. */
export class CallModel {
  readonly meeting: MeetingFacts;
  readonly server: ServerFacts;
  readonly clock: Clock;
  readonly devices: DevicesModel;
  readonly screenShare: ScreenShareModel;
  readonly stage: StageModel;
  readonly talk: Talk;
  readonly group: GroupModel;
  readonly delivery: DeliveryModel;
  readonly who: WhoIsHere;
  readonly endings: CallEndings;
  readonly #parts: CallParts;
  readonly #announcer = new Announcer();
  readonly #conversation = new ConversationDoor();
  readonly #banner: ConnectionBanner;
  readonly #wanted: Wanted;
  readonly #voices: Voices;
  readonly #microphone: SourcePublishing;
  readonly #camera: SourcePublishing;
  readonly #room: Subject<Room>;
  readonly #panel = new Subject<Panel>('none');
  readonly #areSingleKeysOn: Subject<boolean>;
  readonly #stops: (() => void)[] = [];

  constructor(parts: CallParts) {
    const { call, devices, clock, preferences } = parts;
    this.#parts = parts;
    this.meeting = parts.meeting;
    this.server = parts.server;
    this.clock = clock;
    this.devices = devices;
    this.#microphone = new SourcePublishing(call, 'microphone');
    this.#camera = new SourcePublishing(call, 'camera');
    this.screenShare = new ScreenShareModel(parts.screen, call);
    this.talk = new Talk(devices);
    this.#areSingleKeysOn = new Subject(preferences.value.areSingleKeysOn);
    this.#voices = new Voices(parts.levels, devices.level, clock);
    this.#banner = new ConnectionBanner(call.connection, clock);
    this.group = this.#makeGroup();
    this.who = new WhoIsHere({
      ...{ clock, call, group: this.group, sealing: parts.media.sealing },
      ...{ announcer: this.#announcer, wallNow: () => Date.now() },
    });
    this.#room = new Subject(this.#readRoom());
    this.stage = new StageModel(this.#facts(), { clock, preferences, announcer: this.#announcer });
    this.#wanted = new Wanted(call.participants);
    this.delivery = new DeliveryModel({
      ...{ clock, media: parts.media },
      isWanted: (identity, slot) => this.#wanted.has(identity, slot),
    });
    this.endings = this.#makeEndings();
    this.#followRoom();
    this.#followDevices();
    this.#stops.push(...sayingWhatChanges(this));
    this.#openConversation().catch(parts.onFault);
    this.#startGroup();
  }

  /** One's own identity. */
  get self(): string {
    return this.#room.value.people.find((person) => person.isLocal)?.identity ?? '';
  }

  /** What somebody calls themselves; undefined while nobody knows. */
  nameOf(identity: string): string | undefined {
    const person = this.#room.value.people.find((one) => one.identity === identity);
    return person === undefined ? this.who.nameOf(identity) : person.name;
  }

  get room(): Observable<Room> {
    return this.#room;
  }

  get heard(): Observable<Heard> {
    return this.#voices.heard;
  }

  get banner(): Observable<Banner> {
    return this.#banner.banner;
  }

  get said(): Observable<Said | undefined> {
    return this.#announcer.said;
  }

  /** Chat, hands, reactions and names; undefined until they are loaded. */
  get conversation(): Observable<Conversation | undefined> {
    return this.#conversation.now;
  }

  get panel(): Observable<Panel> {
    return this.#panel;
  }

  get areSingleKeysOn(): Observable<boolean> {
    return this.#areSingleKeysOn;
  }

  /** Whether others don't get the microphone, or the camera, though it is on here. */
  get hasUnsent(): Readonly<Record<'microphone' | 'camera', Observable<boolean>>> {
    return { microphone: this.#microphone.hasFailed, camera: this.#camera.hasFailed };
  }

  /** Why it is over; undefined while it is not. */
  get ended(): Observable<Told | undefined> {
    return this.endings.ended;
  }

  recordOf(told: Told): RecordToSave | undefined {
    return this.endings.recordOf(told);
  }

  toggleMicrophone(): void {
    this.talk.keepOn();
    void this.devices.setMicrophoneOn(!isOnOrAsked(this.devices.microphone.value));
  }

  toggleCamera(): void {
    void this.devices.setCameraOn(!isOnOrAsked(this.devices.camera.value));
  }

  togglePanel(panel: Exclude<Panel, 'none'>): void {
    this.#panel.set(this.#panel.value === panel ? 'none' : panel);
  }

  closePanel(): void {
    this.#panel.set('none');
  }

  setSingleKeysOn(areOn: boolean): void {
    this.#parts.preferences.update({ areSingleKeysOn: areOn });
    this.#areSingleKeysOn.set(areOn);
  }

  /** Sends again what others don't get. */
  resend(): void {
    void this.#microphone.retry();
    void this.#camera.retry();
  }

  retryNow(): void {
    this.#parts.call.retryNow();
  }

  /** Says how large somebody's picture is shown, in device pixels; undefined means not at all. */
  setShownSize(
    publicationId: string,
    size: { readonly width: number; readonly height: number } | undefined,
  ): void {
    this.#wanted.shown(publicationId, size !== undefined);
    this.#parts.call.setShownSize(publicationId, size);
  }

  /** Browsers hold sound back until someone touches the page; call this when someone does. */
  resumeSound(): void {
    this.#parts.levels.resume();
    this.devices.resumeSound();
  }

  announce(what: Announcement): void {
    this.#announcer.say(what);
  }

  /** Does what a key asks for; false where the screen has to do it. */
  perform(id: ShortcutId): boolean {
    return perform(this, id);
  }

  /** Leaves. The screen need not wait for the server to be told. */
  leave(): void {
    this.endings.leave();
    this.close();
  }

  /** Ends everything: nothing is sent, captured or measured any more. */
  close(): void {
    for (const stop of this.#stops.splice(0)) {
      stop();
    }
    this.who.close();
    this.delivery.close();
    this.endings.close();
    this.#banner.close();
    this.#voices.close();
    this.stage.close();
    this.screenShare.close();
    this.devices.close();
    this.#conversation.close();
    void this.group.close();
    void this.#parts.call.leave();
  }

  #facts(): StageFacts {
    const { people, shares } = this.#room.value;
    return { self: this.self, people, shares, heard: this.#voices.heard.value };
  }

  readonly #refresh = (): void => {
    const before = this.#room.value;
    const room = this.#readRoom();
    this.#room.set(room);
    this.#voices.follow(room.people, room.sounds);
    this.delivery.keepOnly(new Set(room.people.map(({ identity }) => identity)));
    this.who.shown(room.people);
    this.stage.update(this.#facts());
    shareNews(before.shares, room.shares).forEach((what) => {
      this.announce(what);
    });
  };

  #makeGroup(): GroupModel {
    return new GroupModel({
      open: this.#parts.openGroup,
      clock: this.clock,
      nameOf: (identity) => this.nameOf(identity),
      onNews: (news) => {
        if (!this.endings.take(news)) this.#conversation.take(news);
      },
      onFault: this.#parts.onFault,
    });
  }

  #readRoom(): Room {
    const { call, devices, meeting } = this.#parts;
    return roomOf(call.participants.value, {
      isHost: meeting.isHost,
      members: this.who.members.value,
      camera: devices.camera.value,
      signedName: (identity) => this.#conversation.now.value?.names.nameOf(identity),
      lastName: (identity) => this.who.nameOf(identity),
    });
  }

  /** It is loaded beside the call; whose name is signed is shown by that one from then on. */
  async #openConversation(): Promise<void> {
    const { call, clock } = this.#parts;
    await this.#conversation.open({
      clock,
      send: (type, body) => this.group.say(type, body),
      view: this.group.view,
      wallNow: () => Date.now(),
      ownName: () => call.participants.value.find(({ isLocal }) => isLocal)?.name,
      nameOf: (identity) => this.nameOf(identity),
      say: (what) => {
        this.announce({ kind: 'talk', what });
      },
      onNamed: this.#refresh,
    });
    if (this.conversation.value !== undefined) this.#refresh();
  }

  #followRoom(): void {
    const { call, devices } = this.#parts;
    this.#stops.push(
      call.participants.subscribe(this.#refresh),
      this.who.members.subscribe(this.#refresh),
      devices.camera.subscribe(this.#refresh),
      this.#voices.heard.subscribe(() => {
        this.stage.update(this.#facts());
      }),
      call.connection.subscribe((connection) => {
        if (connection.kind !== 'ended') {
          this.who.shown(this.#room.value.people);
          if (connection.kind !== 'connected') this.delivery.startAnew();
        }
      }),
    );
  }

  /** The group's keys come after the call, as both want this device's time; but they come. */
  #startGroup(): void {
    const start = (): void => {
      this.group.start();
    };
    this.#stops.push(
      this.#parts.clock.after(GROUP_AFTER_MS, start),
      this.#parts.call.connection.subscribe(({ kind }) => {
        if (kind === 'connected') start();
      }),
    );
  }

  #followDevices(): void {
    const { devices } = this.#parts;
    this.#stops.push(
      devices.microphone.subscribe((state) => {
        const wanted = wantedFromMicrophone(state, this.#microphone.track);
        void (wanted && this.#microphone.want(wanted));
      }),
      devices.camera.subscribe((state) => {
        const wanted = wantedFromCamera(state);
        void (wanted && this.#camera.want(wanted));
      }),
    );
  }

  #makeEndings(): CallEndings {
    return new CallEndings({
      ...{ ...this.#parts, group: this.group, screenShare: this.screenShare },
      wallNow: () => Date.now(),
      nameOf: (identity) => this.who.nameOf(identity),
    });
  }
}

function isOnOrAsked(state: DeviceState): boolean {
  return state.kind === 'on' || state.kind === 'asking';
}
