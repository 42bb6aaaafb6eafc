// The little that only a browser can do. Everything else is C#.
(() => {
  const year = 31536000;
  const cookie = (name, value) => {
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax${secure}`;
  };

  window.modelops = {
    remember: cookie,
    nothing: () => {},
    renew: () => fetch('/auth/me', { cache: 'no-store' }),
    print: () => window.print(),
    show: id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }),
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

  // Times in the reader's own zone and language.
  customElements.define('local-time', class extends HTMLElement {
    static observedAttributes = ['datetime'];
    connectedCallback() { this.write(); }
    attributeChangedCallback() { if (this.isConnected) this.write(); }
    write() {
      const time = new Date(this.getAttribute('datetime'));
      const language = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
      this.title = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(time);
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
  if (sessionStorage.getItem(signingOut) && location.pathname === '/login') {
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

  document.addEventListener('DOMContentLoaded', () => {
    document.getElementById('sign-out')?.addEventListener('submit', () => sessionStorage.setItem(signingOut, 'yes'));

    // A restarted server doesn't know this page any more. Wait until it is back, then start anew where we were.
    let waiting = false;
    const comeBack = async () => {
      if (waiting) return;
      waiting = true;
      for (;;) {
        try {
          if ((await fetch('/health/live', { cache: 'no-store' })).ok) break;
        } catch { /* still away */ }
        await new Promise(resolve => setTimeout(resolve, 1000));
      }
      location.reload();
    };
    document.getElementById('components-reconnect-modal')?.addEventListener('components-reconnect-state-changed', event => {
      if (event.detail.state === 'failed' || event.detail.state === 'rejected') comeBack();
    });
  });
})();
