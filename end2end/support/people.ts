// People who work in a company: invited by whoever owns it, they join by the link that was handed on.

import { type Diwan, expect, password, unique } from './diwan.js';

export type Colleague = { name: string; email: string; link: string };

/** Invites somebody with a role, by its code. */
export async function invite(diwan: Diwan, role: string): Promise<Colleague> {
  const somebody = { name: unique('Nadia'), email: `${unique('nadia')}@harbour.example` };
  await diwan.create('members', { ...somebody, role });
  await expect(diwan.state).toHaveText(diwan.t('member-state-invited'));
  await expect(diwan.page.locator('#hand-on')).toSay(diwan.t('member-invitation', { email: somebody.email }));
  const link = diwan.page.locator('#hand-on input');
  await expect(link).toHaveValue(/^http:.+\/join\?token=.+/);
  return { ...somebody, link: await link.inputValue() };
}

/** The invited person follows the link in a window of their own. */
export async function join(diwan: Diwan, { name, email, link }: Colleague) {
  await diwan.open(link);
  await expect(diwan.page.locator('.lead')).toSay(diwan.t('join-lead', { email }));
  await expect(diwan.page.locator('#name')).toHaveValue(name);
  await diwan.page.locator('#password').fill(password);
  await diwan.go(() => diwan.page.locator('form.stack button').click());
  await expect(diwan.page).toHaveURL('/');
}

/** A page that says this is not for this reader. */
export async function isDenied(diwan: Diwan, address: string) {
  await diwan.watch.expecting(403, () => diwan.open(address));
  await expect(diwan.page.locator('.empty')).toSay(`${diwan.t('error-403')}${diwan.t('error-denied')}`);
}
