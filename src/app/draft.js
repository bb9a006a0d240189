(() => {
  const { member, company, posted, found, older, take, drop } = document.currentScript.dataset;
  const root = document.documentElement;
  const most = 20;
  const longest = 30 * 24 * 60 * 60 * 1000;
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem('drafts')) ?? {};
    } catch {
      return {};
    }
  };
  const write = (drafts) => {
    const young = Object.entries(drafts).filter(([, { at }]) => at > Date.now() - longest);
    const kept = young.sort(([, a], [, b]) => b.at - a.at).slice(0, most);
    try {
      localStorage.setItem('drafts', JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // A store that is full or forbidden keeps what it has.
    }
  };
  const forget = (isGone) => write(Object.fromEntries(Object.entries(read()).filter(([key]) => !isGone(key))));
  const addressOf = (form) => form.getAttribute('action') ?? location.pathname;
  const held = (form) => JSON.stringify([...new FormData(form)].filter(([name, value]) =>
    typeof value === 'string' && !/^_|password|secret/i.test(name) && form.elements[name]?.type !== 'password'));

  // The form of this page, where what is typed into it is kept, and what it held before.
  let here = {};
  let returned = posted;
  let touched;
  let timer;
  const keep = () => {
    clearTimeout(timer);
    if (!touched) return;
    const { form, key, before } = touched;
    touched = undefined;
    const typed = held(form);
    if (typed === before) forget((other) => other === key);
    else write({ ...read(), [key]: { at: Date.now(), version: form.elements._version.value, typed } });
  };
  const touch = ({ type, target }) => {
    if (!here.key || target.form !== here.form || here.offers) return;
    here.typed ||= type !== 'focusout';
    if (!here.typed) return;
    touched = here;
    clearTimeout(timer);
    timer = setTimeout(keep, 500);
  };
  for (const type of ['input', 'change', 'focusout']) addEventListener(type, touch);
  addEventListener('pagehide', keep);

  const resume = ({ form }, { typed, version }) => {
    // As when the language is switched: the form comes back with it, and nothing is saved.
    const again = Object.assign(document.createElement('form'), { method: 'post', action: addressOf(form), hidden: true });
    const own = [['_version', version], ['_edits', '1'], ['_id', form.elements._id.value], ['_language', root.lang]];
    for (const [name, value] of [...JSON.parse(typed), ...own]) {
      again.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    }
    document.body.append(again);
    again.requestSubmit();
  };
  const button = (label, press) => {
    const drawn = Object.assign(document.createElement('button'), { type: 'button', className: 'btn small', textContent: label });
    drawn.addEventListener('click', press);
    return drawn;
  };
  const offer = (draft) => {
    const kept = here;
    const when = new Date(draft.at).toLocaleString(`${root.lang}-u-nu-${root.dataset.digits}`, { dateStyle: 'medium', timeStyle: 'short' });
    const words = draft.version === kept.form.elements._version.value ? found : older;
    const notice = Object.assign(document.createElement('div'), { id: 'draft', className: 'notice' });
    notice.setAttribute('role', 'status');
    notice.append(
      Object.assign(document.createElement('div'), { textContent: words.replace('{when}', when) }),
      button(take, () => resume(kept, draft)),
      button(drop, () => {
        forget((key) => key === kept.key);
        kept.offers = false;
        notice.remove();
      }),
    );
    kept.offers = true;
    kept.form.querySelector('.head').after(notice);
  };
  const look = () => {
    // Until the program has come to life, or while the next page is on its way, the page is not ours to change.
    if (!root.dataset.hydrated || document.querySelector('#page[aria-busy=true]')) return;
    const form = document.getElementById('record-form');
    const key = form?.elements._edits ? [member, company, addressOf(form)].join(' ') : '';
    if (form === here.form && key === here.key) return;
    document.getElementById('draft')?.remove();
    // The program may have filled the same form with another record.
    if (form === here.form) touched = undefined;
    here = { form, key, before: key && !returned ? held(form) : '' };
    const draft = key && !returned && read()[key];
    returned = '';
    if (!draft) return;
    if (draft.typed === here.before) forget((other) => other === key);
    else offer(draft);
  };
  new MutationObserver(look).observe(root, { attributes: true, attributeFilter: ['data-hydrated', 'aria-busy'], childList: true, subtree: true });

  const sent = sessionStorage.getItem('sent');
  sessionStorage.removeItem('sent');
  if (sent && new URLSearchParams(location.search).has('done')) forget((key) => key === sent);
  addEventListener('submit', ({ target, submitter, defaultPrevented }) => {
    if (defaultPrevented) return;
    if (target === here.form && here.key && submitter?.name !== '_language') sessionStorage.setItem('sent', here.key);
    if (target.getAttribute('action') === '/sign-out') {
      [here, touched] = [{}, undefined];
      forget((key) => key.startsWith(`${member} `));
    }
  });
  addEventListener('click', ({ target }) => {
    if (!target.closest?.('#conflict [data-leaves]')) return;
    touched = undefined;
    forget((key) => key === here.key);
  });
})();
