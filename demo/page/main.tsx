//! The call, as people see it: a lobby, the call, and the way back after leaving.

import { render } from 'preact';
import { App } from './ui/app.tsx';
import { Visit } from './ui/visit.ts';

const visit = new Visit();
// Another link to the same page loads nothing by itself.
addEventListener('hashchange', () => location.reload());
addEventListener('popstate', () => location.reload());
render(<App visit={visit} />, document.getElementById('app')!);
