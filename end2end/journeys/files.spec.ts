import { expect, test, type Diwan } from '../support/diwan.js';
import { addCustomer } from '../support/goods.js';

const contract = { name: 'عقد 7.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n') };
const photo = {
  name: 'photo.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
};
const page = { name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<html><script>alert(1)</script></html>') };

const shelf = (diwan: Diwan) => diwan.page.locator('#files .shelf li');
const item = (diwan: Diwan, name: string) => shelf(diwan).filter({ hasText: name });
const choose = (diwan: Diwan, ...files: (typeof contract)[]) => diwan.page.locator('#files-input').setInputFiles(files);

/** Pastes a picture, as from a screenshot, and beside it perhaps a text. */
const paste = (diwan: Diwan, text?: string) =>
  diwan.page.evaluate(
    ([bytes, text]) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
      if (text) clipboardData.setData('text/plain', text);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    [[...photo.buffer], text] as const,
  );

/** What a click on a file leads to. */
async function opened(diwan: Diwan, name: string) {
  const href = await item(diwan, name).locator('a').getAttribute('href');
  return diwan.page.request.get(href!);
}

test('files are chosen, dropped, pasted, opened and removed', async ({ house: diwan, page: window }) => {
  await addCustomer(diwan);
  await choose(diwan, contract, photo);
  await expect(shelf(diwan)).toHaveCount(2);
  await expect(item(diwan, 'photo.png').locator('img')).toHaveJSProperty('complete', true);
  const answer = await opened(diwan, contract.name);
  expect(answer.headers()['content-security-policy']).toContain('sandbox');
  expect((await answer.body()).equals(contract.buffer)).toBe(true);

  const dropped = await window.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['code,name\nC-1,Basalt\n'], 'list.csv', { type: 'text/csv' }));
    return data;
  });
  await window.dispatchEvent('#files', 'drop', { dataTransfer: dropped });
  await expect(item(diwan, 'list.csv')).toHaveCount(1);
  // Cells of a spreadsheet bring a picture of themselves: that is not meant for the shelf.
  await paste(diwan, 'C-1');
  await paste(diwan);
  await expect(item(diwan, 'image.png').locator('img')).toHaveJSProperty('complete', true);
  await expect(window.locator('#files-camera')).toHaveAttribute('capture', 'environment');

  await diwan.watch.expecting(422, async () => {
    await choose(diwan, page);
    await expect(window.locator('#files .notice.bad')).toSay(diwan.t('refuse-file-type', { name: page.name }));
  });
  await expect(shelf(diwan)).toHaveCount(4);

  // All of it is there for whoever comes next, and in the history.
  await window.reload();
  await diwan.arrived();
  await expect(shelf(diwan)).toHaveCount(4);
  await expect(window.locator('#history')).toSay(diwan.t('event-attach'));
  const asked = window.waitForEvent('dialog').then((dialog) => dialog.accept());
  await diwan.go(() => item(diwan, 'list.csv').getByRole('button').click());
  await asked;
  await expect(diwan.notice).toSay(diwan.t('done-detached'));
  await expect(shelf(diwan)).toHaveCount(3);
});

test('an upload goes on after the server was away', async ({ house: diwan, page: window }) => {
  await addCustomer(diwan);
  const large = { ...contract, name: 'large.pdf', buffer: Buffer.concat([contract.buffer, Buffer.alloc(9_000_000, ' ')]) };
  const offsets: string[] = [];
  await window.route('**/files/uploads/*', async (route) => {
    const request = route.request();
    if (request.method() !== 'PATCH') return route.continue();
    offsets.push(request.headers()['upload-offset']);
    return offsets.length === 2 ? route.fulfill({ status: 503, body: '' }) : route.continue();
  });
  await diwan.watch.expecting(503, async () => {
    await choose(diwan, large);
    await expect(item(diwan, large.name)).toHaveCount(1);
  });
  expect(offsets).toEqual(['0', '4194304', '4194304', '8388608']);
  expect((await (await opened(diwan, large.name)).body()).equals(large.buffer)).toBe(true);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('files are attached and removed by forms', async ({ house: diwan, page: window }) => {
    await addCustomer(diwan);
    await choose(diwan, contract, page);
    await diwan.go(() => window.locator('#files .send').click());
    await expect(item(diwan, contract.name)).toHaveCount(1);
    await expect(window.locator('#files .notice.bad')).toSay(diwan.t('refuse-file-type', { name: page.name }));
    expect((await opened(diwan, contract.name)).status()).toBe(200);
    await diwan.go(() => item(diwan, contract.name).getByRole('button').click());
    await expect(diwan.notice).toSay(diwan.t('done-detached'));
    await expect(shelf(diwan)).toHaveCount(0);
  });
});
