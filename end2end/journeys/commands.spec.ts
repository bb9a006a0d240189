// Whoever keeps the server types commands beside it: a token, archives, a company that goes.

import { readFile } from 'node:fs/promises';
import { expect, test } from '../support/diwan.js';
import { customer } from '../support/goods.js';
import { command } from '../support/program.js';

test('what is typed on the server counts at once for those who work there', async ({ diwan, request }, info) => {
  const { company, email } = await diwan.signUp();

  // A program with the token that was printed makes a customer, whom the owner sees.
  const token = (await command('token', '--user', email, '--name', 'Web shop', '--scope', 'write')).trim();
  const { code, en, ar } = customer;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await request.post('/api/v1/customers', { headers, data: { code, name: { en, ar } } });
  expect(answer.status(), await answer.text()).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  await diwan.open(`/customers/${id}`);
  await expect(diwan.field('code')).toHaveValue(code);

  // They are told what is known of them.
  const person = info.outputPath('person.zip');
  const told = await command('person', 'export', '--record', 'customer', '--id', id, '--user', email, '--to', person);
  expect(told).toContain(person);
  expect((await readFile(person)).subarray(0, 2).toString()).toBe('PK');

  // The company leaves, comes back as another one, and that one goes.
  const archive = info.outputPath('company.zip');
  const left = await command('archive', 'export', '--company', company, '--to', archive);
  const loaded = await command('archive', 'load', archive, '--owner', email);
  const digest = /^digest [0-9a-f]{64}$/m.exec(left)?.[0] ?? 'no digest';
  expect(loaded).toContain(digest);
  const companies = diwan.page.locator('.waits li').filter({ hasText: company });
  await diwan.open('/companies');
  await expect(companies).toHaveCount(2);
  const clone = /^company ([0-9a-f-]{36}): /m.exec(loaded)?.[1] ?? '';
  const deleted = await command('company', 'delete', clone, '--confirm', company);
  expect(deleted).toContain(`company ${clone}: nothing is left of ${company}`);
  await diwan.open('/companies');
  await expect(companies).toHaveCount(1);
  await diwan.open(`/customers/${id}`);

  const health = await command('doctor');
  for (const pattern of [/^database: .+ answers$/m, /^files: .+ answers$/m]) expect(health).toMatch(pattern);
});
