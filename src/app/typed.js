(() => {
  const isBox = (control) => /^(checkbox|radio)$/.test(control.type);
  const held = (control) => (isBox(control) ? control.checked : control.value);
  const given = (control) => {
    if (isBox(control)) return control.defaultChecked;
    const options = [...(control.options ?? [])];
    return options.length ? (options.find((option) => option.defaultSelected) ?? options[0]).value : control.defaultValue;
  };
  const controls = () => {
    const seen = {};
    const kept = [...document.querySelectorAll('select, textarea, input:not([readonly], [type=hidden], [type=file], [type=password], [name*=password])')];
    return kept.filter((control) => control.form && control.name).map((control) => {
      const key = JSON.stringify([control.form.getAttribute('action'), control.id, control.name, isBox(control) && control.value]);
      seen[key] = (seen[key] ?? 0) + 1;
      return [key + seen[key], control];
    });
  };
  addEventListener('submit', ({ target, submitter, defaultPrevented }) => {
    if (defaultPrevented || !/^_?language$/.test(submitter?.name)) return;
    const others = controls().filter(([, control]) => control.form !== target);
    const texts = others.map(([key, control]) => [key, held(control)]);
    sessionStorage.setItem('typed', JSON.stringify([location.pathname, texts]));
  });
  const [path, texts] = JSON.parse(sessionStorage.getItem('typed') ?? '[]');
  sessionStorage.removeItem('typed');
  if (path !== location.pathname) return;
  const typed = new Map(texts);
  const restore = () => {
    for (const [key, control] of controls()) {
      if (!typed.has(key) || typed.get(key) === given(control)) continue;
      if (held(control) === given(control)) control[isBox(control) ? 'checked' : 'value'] = typed.get(key);
      control.closest('details')?.setAttribute('open', '');
      for (const name of ['input', 'change', 'blur', 'focusout']) control.dispatchEvent(new Event(name, { bubbles: true }));
    }
  };
  addEventListener('DOMContentLoaded', restore);
  const hydrated = new MutationObserver(() => {
    hydrated.disconnect();
    setTimeout(restore);
  });
  hydrated.observe(document.documentElement, { attributeFilter: ['data-hydrated'] });
})();
