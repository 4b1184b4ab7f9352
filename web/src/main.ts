import { openedWith, takeFragment } from './take_link';

import { mount } from 'svelte';

import { BrowserParts } from './compose/app_parts';
import { askWhoRunsIt, surroundingsHere } from './compose/surroundings';
import { Subject } from './observable/observable';
import { AppModel } from './state/app';
import type { ServerFacts } from './state/meeting';
import { ReadinessModel } from './state/readiness';
import './ui/tokens.css';
import './ui/base.css';
import App from './ui/App.svelte';

const target = document.getElementById('app');
if (target === null) {
  throw new Error('index.html has no element with the id "app".');
}
const server = new Subject<ServerFacts | undefined>(undefined);
const surroundings = surroundingsHere(server);
const readiness = new ReadinessModel((url, init) => fetch(url, init));
const app = new AppModel(new BrowserParts(surroundings));

addEventListener('hashchange', () => {
  void app.follow(takeFragment());
});
addEventListener('beforeunload', (event) => {
  // The link is not in the address bar, so a reload would end the call for good.
  if (app.screen.value.kind === 'call') {
    event.preventDefault();
  }
});
mount(App, { target, props: { app, server, readiness } });
void app.follow(openedWith);
void askWhoRunsIt(surroundings);
void readiness.check();
