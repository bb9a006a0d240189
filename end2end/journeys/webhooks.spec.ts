// A program elsewhere hears what happens here, and checks it with the library that the standard brings.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, test } from '../support/diwan.js';
import { addCustomer, customer } from '../support/goods.js';

interface Call {
  body: string;
  headers: Record<string, string>;
}

/** A receiver that keeps what it gets. The first time it is not well. */
async function receiver() {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const head = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
      calls.push({ body: Buffer.concat(parts).toString(), headers: Object.fromEntries(head.map((name) => [name, String(request.headers[name])])) });
      response.writeHead(calls.length === 1 ? 503 : 200).end(calls.length === 1 ? 'Not well' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, close: () => server.close() };
}

test('a program elsewhere is told of a customer, once it is well', async ({ house: diwan, page }) => {
  const program = await receiver();
  await diwan.create('webhooks', { name: 'Web shop', url: program.url }, { record: 'customer', event: 'create' });
  await expect(diwan.notice).toSay(diwan.t('done-saved'));
  const secret = await page.locator('#hand-on input').inputValue();
  await addCustomer(diwan);
  // The first attempt fails, the second comes by itself some seconds later.
  await expect.poll(() => program.calls.length, { timeout: 60_000 }).toBe(2);
  for (const { body, headers } of program.calls) {
    const told = new Webhook(secret).verify(body, headers) as { type: string; data: { record: { code: string } } };
    expect(told.type).toBe('customer.create');
    expect(told.data.record.code).toBe(customer.code);
  }
  expect(program.calls[1]?.headers['webhook-id']).toBe(program.calls[0]?.headers['webhook-id']);

  const line = page.locator('.list tbody tr');
  await expect
    .poll(async () => {
      await diwan.open('/webhook-log');
      return line.innerText();
    })
    .toContain(diwan.t('webhook-log-state-delivered'));
  await expect(line).toHaveCount(1);
  for (const words of ['503', diwan.t('webhook-outcome-refused'), 'Not well', diwan.t('webhook-outcome-accepted')]) await expect(line).toSay(words);
  await diwan.go(() => line.getByRole('button', { name: diwan.t('webhook-log-replay') }).click());
  await expect.poll(() => program.calls.length, { timeout: 60_000 }).toBe(3);
  expect(program.calls[2]?.headers['webhook-id']).toBe(program.calls[0]?.headers['webhook-id']);

  // An address inside is refused where it stands.
  await diwan.open('/webhooks/new');
  await diwan.fillIn({ name: 'Inside', url: 'https://169.254.169.254/latest' });
  await diwan.refused(422, () => page.locator('#save').click());
  await expect(page.locator('#f-url-fault')).toSay(diwan.t('refuse-webhook-url'));
  program.close();
});
