import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import 'uplot/dist/uPlot.min.css';
import '../../src/ui/styles/tokens.css';
import '../../src/ui/styles/base.css';
import '../../src/ui/styles/controls.css';
import '../../src/ui/styles/figure.css';
import '../../src/ui/styles/heads.css';
import '../../src/ui/styles/windows.css';
import { mount } from 'svelte';
import App from '../../src/ui/App.svelte';
import { AppState } from '../../src/ui/state/app.svelte';
import { FakeRun } from './fakeRun';

/** Opens the real page on the scripted run: `?stage=ppo&pause=40&ms=5&software` pauses PPO at update 40, 5 ms a step, without a graphics card. */
const query = new URLSearchParams(location.search);
const pauseAt = query.has('stage') ? { [String(query.get('stage'))]: Number(query.get('pause') ?? 40) } : {};
const client = new FakeRun({ stepMs: Number(query.get('ms') ?? 40), pauseAt, isSoftware: query.has('software') });
const target = document.getElementById('app');
if (target === null) throw new Error('tests/ui/main: no element with id "app" in index.html.');
mount(App, { target, props: { app: new AppState(client, '') } });
