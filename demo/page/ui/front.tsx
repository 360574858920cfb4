import type { ComponentChildren } from 'preact';

/** What is around every view but the call's. */
export function Front({ children }: { children: ComponentChildren }) {
  return (
    <div class="front">
      <header class="front-head">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="22" height="26" />
          Frameseal
        </a>
      </header>
      <main>{children}</main>
      <footer>
        Sealing hides what is said and shown, and any change to it. That people talk, when, and how
        much, stays visible to those in between.
      </footer>
    </div>
  );
}
