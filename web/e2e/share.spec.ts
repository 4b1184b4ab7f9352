import { ANAS_NAME, meet, SAMUELS_NAME } from './harness/meet';
import { blinks, bringPatterns, MAP, patternSeen, SLIDES, type Pattern } from './harness/pattern';
import type { Person } from './harness/person';
import { expect, test } from './harness/story';

const SAMUELS_SCREEN = `Screen of ${SAMUELS_NAME}`;
const ANAS_SCREEN = `Screen of ${ANAS_NAME}`;

test('a shared screen is seen by the other, until it is stopped here or in the browser', async ({
  url,
  invite,
}) => {
  const { samuel, ana } = await meet(url, invite, bringPatterns);
  await offerScreen(samuel, SLIDES);

  await test.step('the other sees what is on it, and it moves', async () => {
    await button(samuel, 'Share your screen').click();
    await expectScreen(ana, SAMUELS_SCREEN, SLIDES);
    expect(await blinks(ana.page, SAMUELS_SCREEN)).toBe(true);
    await expect(ana.page.getByRole('log')).toContainText('shares a screen');
    await expect(samuel.page.getByRole('group', { name: 'Your screen' })).toBeVisible();
  });

  await test.step('it is gone when the button is pressed', async () => {
    await button(samuel, 'Stop sharing your screen').click();
    await expect(ana.page.getByRole('group', { name: SAMUELS_SCREEN })).toHaveCount(0);
    await expect(ana.page.getByRole('log')).toContainText('stopped sharing');
  });

  await test.step('it can be shared again, and ends with the browser’s own button', async () => {
    await button(samuel, 'Share your screen').click();
    await expectScreen(ana, SAMUELS_SCREEN, SLIDES);
    await samuel.page.evaluate(() => {
      window.folkmootScreen?.stop();
      window.folkmootScreen?.dispatchEvent(new Event('ended'));
    });
    await expect(ana.page.getByRole('group', { name: SAMUELS_SCREEN })).toHaveCount(0);
    await expect(button(samuel, 'Share your screen')).toBeVisible();
  });
});

test('two share at once, and each chooses what to look at', async ({ url, invite }) => {
  const { samuel, ana } = await meet(url, invite, bringPatterns);
  await offerScreen(samuel, SLIDES);
  await offerScreen(ana, MAP);
  await button(samuel, 'Share your screen').click();
  await expectScreen(ana, SAMUELS_SCREEN, SLIDES);
  await button(ana, 'Share your screen').click();
  await expectScreen(samuel, ANAS_SCREEN, MAP);

  await test.step('one beside the other', async () => {
    await button(ana, 'Side by side').click();
    await expectScreen(ana, SAMUELS_SCREEN, SLIDES);
    await expect(ana.page.getByRole('group', { name: 'Your screen' })).toBeVisible();
  });

  await test.step('one of them, large', async () => {
    await button(samuel, 'Your screen').click();
    await expect(samuel.page.getByRole('group', { name: ANAS_SCREEN })).toHaveCount(0);
    await button(samuel, ANAS_SCREEN).click();
    await expectScreen(samuel, ANAS_SCREEN, MAP);
  });

  await test.step('when one stops, the other’s is still there', async () => {
    await button(ana, 'Stop sharing your screen').click();
    await expect(samuel.page.getByRole('group', { name: ANAS_SCREEN })).toHaveCount(0);
    await expectScreen(ana, SAMUELS_SCREEN, SLIDES);
    expect(await blinks(ana.page, SAMUELS_SCREEN)).toBe(true);
  });
});

declare global {
  interface Window {
    folkmootScreen?: MediaStreamTrack;
  }
}

/** Answers the browser's dialog: a headless browser has neither the dialog nor a screen. */
async function offerScreen({ page }: Person, pattern: Pattern): Promise<void> {
  await page.evaluate((colours) => {
    navigator.mediaDevices.getDisplayMedia = () => {
      const track = window.folkmootFilm?.(colours);
      if (track === undefined) {
        return Promise.reject(new Error('no patterns'));
      }
      window.folkmootScreen = track;
      return Promise.resolve(new MediaStream([track]));
    };
  }, pattern);
}

async function expectScreen({ page }: Person, name: string, pattern: Pattern): Promise<void> {
  await expect.poll(async () => (await patternSeen(page, name))?.pattern).toEqual(pattern);
}

function button({ page }: Person, name: string): ReturnType<Person['page']['getByRole']> {
  return page.getByRole('button', { name, exact: true });
}
