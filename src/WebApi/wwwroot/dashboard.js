// The little that only a browser can do. Everything else is C#.
(() => {
  // The service may be under a path of a proxy's site. Relative addresses start there, as the page's <base> says.
  const home = new URL(document.baseURI).pathname;
  const year = 31536000;
  const cookie = (name, value) => {
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `${name}=${value}; path=${home}; max-age=${year}; samesite=lax${secure}`;
  };

  window.modelops = {
    remember: cookie,
    nothing: () => {},
    renew: () => fetch('auth/me', { cache: 'no-store' }),
    print: () => window.print(),
    // The call may come late, when the reader has scrolled or presses a button: then the page must not jump to its top.
    focusHeading: () => {
      if (!document.activeElement?.matches('.mud-layout :is(input, select, textarea)')) document.querySelector('h1')?.focus({ preventScroll: true });
    },
    show: id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }),
    look: () => localStorage.setItem('modelops.looked', 'yes'),
    hasLooked: () => localStorage.getItem('modelops.looked') === 'yes',
    keep: choice => localStorage.setItem('modelops.kept', choice),
    kept: () => localStorage.getItem('modelops.kept'),
    theme: value => document.documentElement.setAttribute('data-theme', value),
  };

  // The server paints the first page; it can't ask the browser what it likes.
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const noteTheme = () => cookie('modelops.theme.system', dark.matches ? 'dark' : 'light');
  noteTheme();
  dark.addEventListener('change', noteTheme);

  // The library's palette is chosen on the server and the page's own by CSS; both must follow the system together.
  window.modelops.watchTheme = layout => {
    const tell = () => {
      if (document.documentElement.dataset.theme === 'auto') layout.invokeMethodAsync('UseSystemTheme', dark.matches);
    };
    dark.addEventListener('change', tell);
    tell();
  };

  // Whoever starts a training may be told of its end while this tab is in the background. The browser asks once, on a click.
  document.addEventListener('click', event => {
    if (!event.target.closest?.('[data-asks-to-notify]') || !('Notification' in window)) return;
    if (Notification.permission !== 'default' || localStorage.getItem('modelops.asked-to-notify')) return;
    localStorage.setItem('modelops.asked-to-notify', 'yes');
    Notification.requestPermission();
  }, true);
  window.modelops.notify = (title, body, address) => {
    if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
    const shown = new Notification(title, { body, tag: address, lang: document.documentElement.lang, icon: 'favicon.svg' });
    shown.onclick = () => {
      window.focus();
      Blazor.navigateTo(address);
      shown.close();
    };
  };

  // Times in the reader's own zone and language.
  // On paper the day is read later than today.
  let printing = false;
  const writeTimes = isPrinting => {
    printing = isPrinting;
    document.querySelectorAll('local-time').forEach(time => time.write());
  };
  addEventListener('beforeprint', () => writeTimes(true));
  addEventListener('afterprint', () => writeTimes(false));

  customElements.define('local-time', class extends HTMLElement {
    static observedAttributes = ['datetime'];
    connectedCallback() { this.write(); }
    attributeChangedCallback() { if (this.isConnected) this.write(); }
    write() {
      const time = new Date(this.getAttribute('datetime'));
      const language = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
      this.title = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(time);
      if (printing) {
        this.textContent = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(time);
        return;
      }
      if (this.hasAttribute('short')) {
        const year = time.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
        this.textContent = new Intl.DateTimeFormat(
          language, { day: 'numeric', month: 'short', year, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(time);
        return;
      }
      const today = time.toDateString() === new Date().toDateString();
      this.textContent = today
        ? new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(time)
        : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(time);
    }
  });

  // A sign-out ends all tabs of this browser. They are told once it is done: before, they would load a page of the ending session.
  const tabs = new BroadcastChannel('modelops');
  tabs.addEventListener('message', () => location.reload());
  const signingOut = 'modelops.signing-out';
  if (sessionStorage.getItem(signingOut) && location.pathname === `${home}login`) {
    sessionStorage.removeItem(signingOut);
    tabs.postMessage('signed out');
  }

  // A tip lies under its word, and inside the window; no scrolling box around it may cut it.
  const place = (tip, word) => {
    tip.style.setProperty('--tip-left', '0px');
    requestAnimationFrame(() => {
      const left = Math.max(8, Math.min(word.left, document.documentElement.clientWidth - tip.offsetWidth - 12));
      const below = word.bottom + 6;
      const top = below + tip.offsetHeight > innerHeight ? Math.max(8, word.top - tip.offsetHeight - 6) : below;
      tip.style.setProperty('--tip-left', `${left}px`);
      tip.style.setProperty('--tip-top', `${top}px`);
    });
  };

  // Escape takes a tip away without moving the focus or the pointer.
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') document.documentElement.classList.add('no-tips');
  });
  for (const kind of ['focusin', 'pointerover']) {
    document.addEventListener(kind, event => {
      document.documentElement.classList.remove('no-tips');
      const box = event.target.closest?.('.term-box');
      if (box) place(box.querySelector('.tip'), box.getBoundingClientRect());
    });
  }

  // Says of each table's box on which side there is more, for the shadow at that edge.
  const measure = box => {
    const left = box.scrollLeft > 1, right = box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
    const more = [left ? 'left' : '', right ? 'right' : ''].filter(side => side).join(' ');
    if (more) box.dataset.more = more; else delete box.dataset.more;
  };
  const sizes = new ResizeObserver(entries => entries.forEach(entry => measure(entry.target.closest('.table-box') ?? entry.target)));
  document.addEventListener('scroll', event => {
    if (event.target.classList?.contains('table-box')) measure(event.target);
  }, true);

  // A field that somebody changed, by what finds it again after a reload. Passwords and files are never kept.
  const touched = new Set();
  const nameOf = field => field.type === 'radio'
    ? `input[name="${CSS.escape(field.name)}"]|${[...document.getElementsByName(field.name)].indexOf(field)}`
    : field.id ? `#${CSS.escape(field.id)}|0` : null;
  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, event => {
      if (event.target.matches?.('.mud-layout :is(input, select, textarea):not([type=password], [type=file])')) touched.add(event.target);
    }, true);
  }
  const kept = 'modelops.typed';
  const keepTyped = () => {
    const fields = [...touched].filter(field => field.isConnected && nameOf(field));
    const typed = fields.map(field => ({ name: nameOf(field), value: field.value, checked: field.checked }));
    if (typed.length) sessionStorage.setItem(kept, JSON.stringify({ at: location.pathname + location.search, typed }));
  };
  const waitingFor = (() => {
    const found = JSON.parse(sessionStorage.getItem(kept) ?? 'null');
    sessionStorage.removeItem(kept);
    return found?.at === location.pathname + location.search ? found.typed : [];
  })();
  const tell = (field, kinds) => kinds.forEach(kind => field.dispatchEvent(new Event(kind, { bubbles: true })));
  const restoreTyped = () => {
    for (const entry of [...waitingFor]) {
      const [selector, index] = entry.name.split('|');
      const field = document.querySelectorAll(`.mud-layout ${selector}`)[Number(index)];
      if (!field) continue;
      waitingFor.splice(waitingFor.indexOf(entry), 1);
      if (field.type === 'radio' || field.type === 'checkbox') {
        if (field.checked !== entry.checked) field.click();
      } else {
        field.value = entry.value;
        tell(field, ['input', 'change']);
      }
      touched.add(field);
    }
  };

  // What was typed while the connection was lost, or just before, may not have reached the server: it is told again.
  const retellTyped = () => {
    for (const field of [...touched].filter(field => field.isConnected)) {
      if (field.type !== 'radio' && field.type !== 'checkbox') tell(field, ['input', 'change']);
      else if (field.checked || field.type === 'checkbox') tell(field, ['change']);
    }
  };

  document.addEventListener('DOMContentLoaded', () => {
    new MutationObserver(changes => {
      for (const node of changes.flatMap(change => [...change.addedNodes]).filter(node => node instanceof Element)) {
        for (const box of [...node.querySelectorAll('.table-box'), node.closest('.table-box')].filter(box => box)) {
          sizes.observe(box);
          if (box.firstElementChild) sizes.observe(box.firstElementChild);
        }
      }
      if (waitingFor.length) restoreTyped();
    }).observe(document.body, { childList: true, subtree: true });

    document.getElementById('sign-out')?.addEventListener('submit', () => sessionStorage.setItem(signingOut, 'yes'));

    // A restarted server doesn't know this page any more. Wait until it is back, then start anew where we were.
    let waiting = false;
    const comeBack = async () => {
      if (waiting) return;
      waiting = true;
      for (;;) {
        try {
          if ((await fetch('health/live', { cache: 'no-store' })).ok) break;
        } catch { /* still away */ }
        await new Promise(resolve => setTimeout(resolve, 1000));
      }
      keepTyped();
      location.reload();
    };

    // While the server doesn't hear it, a click must not look as if it did something. Fields stay usable.
    const setOffline = offline => {
      document.documentElement.classList.toggle('offline', offline);
      for (const action of document.querySelectorAll('.mud-layout :is(button:not(.term), a.mud-button-root, input[type=file])')) action.inert = offline;
    };
    document.addEventListener('submit', event => {
      if (document.documentElement.classList.contains('offline')) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }, true);
    document.getElementById('components-reconnect-modal')?.addEventListener('components-reconnect-state-changed', event => {
      const wasOffline = document.documentElement.classList.contains('offline');
      setOffline(event.detail.state !== 'hide');
      if (wasOffline && event.detail.state === 'hide') retellTyped();
      if (event.detail.state === 'failed' || event.detail.state === 'rejected') comeBack();
    });
  });
})();
