import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import 'uplot/dist/uPlot.min.css';
import './ui/styles/tokens.css';
import './ui/styles/base.css';
import './ui/styles/controls.css';
import './ui/styles/figure.css';
import './ui/styles/figuresTable.css';
import './ui/styles/heads.css';
import './ui/styles/windows.css';
import './ui/styles/empty.css';
import './ui/styles/forcedColors.css';
import { mount } from 'svelte';
import App from './ui/App.svelte';
import { AppState } from './ui/state/app.svelte';
import { WorkerClient } from './worker/client';

const target = document.getElementById('app');
if (target === null)
  throw new Error('main: no element with id "app" in index.html; expected one to mount the page in.');
const app = new AppState(new WorkerClient(), location.search);
// Before the first word is drawn: a page that changes its language under the reader's eyes is worse than a late one.
await app.preferences.applyLanguage();
mount(App, { target, props: { app } });
