import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';

import { HandClock } from '../observable/hand_clock';
import { COPIED_MS, CopyModel, hostFileName } from './invite';
import { drawQr } from './qr_drawing';

const LINK = `https://moot.example/#v1.${'A'.repeat(43)}.${'B'.repeat(22)}`;

describe('copying the link', () => {
  it('puts the whole link on the clipboard and says so for a while', async () => {
    const clock = new HandClock();
    const written: string[] = [];
    const model = new CopyModel({ writeText: (text) => Promise.resolve(void written.push(text)) }, clock);
    expect(await model.copy(LINK)).toBe(true);
    expect(written).toEqual([LINK]);
    expect(model.copying.value).toBe('copied');
    clock.pass(COPIED_MS);
    expect(model.copying.value).toBe('idle');
  });

  it('says for as long again when it is copied again', async () => {
    const clock = new HandClock();
    const model = new CopyModel({ writeText: () => Promise.resolve() }, clock);
    await model.copy(LINK);
    clock.pass(COPIED_MS - 1);
    await model.copy(LINK);
    clock.pass(COPIED_MS - 1);
    expect(model.copying.value).toBe('copied');
    model.close();
    expect(clock.waiting).toBe(0);
  });

  it('never claims a copy that the browser refused', async () => {
    const refusing = { writeText: () => Promise.reject(new Error('denied')) };
    for (const clipboard of [refusing, undefined]) {
      const model = new CopyModel(clipboard, new HandClock());
      expect(await model.copy(LINK)).toBe(false);
      expect(model.copying.value).toBe('refused');
    }
  });
});

describe('the QR code', () => {
  it('is drawn as the encoder made it, module by module', () => {
    const { path, units } = drawQr(LINK);
    const drawn = Array.from({ length: units }, () => Array.from({ length: units }, () => false));
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
    }
    expect(drawn).toEqual(encode(LINK, { ecc: 'M', border: 4 }).data);
  });

  it('has the quiet border that readers need', () => {
    const rows = [...drawQr(LINK).path.matchAll(/M(\d+) (\d+)/g)];
    expect(Math.min(...rows.map(([, x]) => Number(x)))).toBe(4);
    expect(Math.min(...rows.map(([, , y]) => Number(y)))).toBe(4);
  });
});

describe('the file with the host’s key', () => {
  it('is named so that it is found again and every system takes it', () => {
    expect(hostFileName('Thursday circle')).toBe('folkmoot-host-thursday-circle.txt');
    expect(hostFileName('')).toBe('folkmoot-host.txt');
    expect(hostFileName('../../etc/passwd')).toBe('folkmoot-host-etc-passwd.txt');
    expect(hostFileName('会議')).toBe('folkmoot-host-会議.txt');
    expect(hostFileName('x'.repeat(300)).length).toBeLessThan(64);
  });
});
