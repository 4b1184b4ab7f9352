import { join, openLink } from './harness/acts';
import { ANAS_NAME, meet, SAMUELS_NAME } from './harness/meet';
import type { Person } from './harness/person';
import { SAME_PICTURE, untilSeen } from './harness/seen';
import { expect, test } from './harness/story';

const THIRD = 'Li Wei';

test('somebody comes late and goes early, and everybody is told', async ({ url, invite }) => {
  test.slow();
  const { samuel, ana, link } = await meet(url, invite);
  await button(samuel, 'People: 2').click();
  const list = samuel.page.getByRole('complementary', { name: 'People' }).getByRole('listitem');
  await expect(list).toHaveText([/Samuel Okoye.*You.*Host/, /Ana Petrović/]);

  const third = await invite();
  await test.step('who comes late sees who is there, and is seen', async () => {
    await openLink(third.page, link);
    await join(third.page, THIRD);
    expect((await untilSeen(third.page, SAMUELS_NAME, 'film')).ssim).toBeGreaterThan(SAME_PICTURE);
    expect((await untilSeen(third.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
    await expect(ana.page.getByRole('group', { name: THIRD }).locator('video')).toBeVisible();
    await expect(list).toHaveText([/Samuel Okoye/, /Ana Petrović/, /Li Wei/]);
  });

  await test.step('the others are told, and who came is not told of those who were there', async () => {
    for (const { page } of [samuel, ana]) {
      await expect(page.getByRole('log')).toContainText(/Li Wei.? joined/);
    }
    await expect(third.page.getByRole('log')).not.toContainText('joined');
  });

  await test.step('the list says what each one’s microphone and camera do', async () => {
    await button(third, 'Turn microphone off').click();
    await expect(list.nth(2)).toContainText('microphone off');
    await button(third, 'Turn camera off').click();
    await expect(list.nth(2)).toContainText('camera off');
  });

  await test.step('who leaves is gone from every place', async () => {
    await button(third, 'Leave').click();
    await expect(third.page.getByRole('button', { name: 'Leave' })).toHaveCount(0);
    for (const { page } of [samuel, ana]) {
      await expect(page.getByRole('group', { name: THIRD })).toHaveCount(0);
      await expect(page.getByRole('log')).toContainText(/Li Wei.? left/);
    }
    await expect(list).toHaveText([/Samuel Okoye/, /Ana Petrović/]);
    await expect(button(samuel, 'People: 2')).toBeVisible();
  });
});

function button({ page }: Person, name: string): ReturnType<Person['page']['getByRole']> {
  return page.getByRole('button', { name, exact: true });
}
