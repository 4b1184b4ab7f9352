import { mount } from 'svelte';

import './take_link';
import { ReadinessModel } from './state/readiness';
import './ui/tokens.css';
import './ui/base.css';
import HomePage from './ui/home/HomePage.svelte';

const target = document.getElementById('app');
if (target === null) {
  throw new Error('index.html has no element with the id "app".');
}
const readiness = new ReadinessModel((url, init) => fetch(url, init));
mount(HomePage, {
  target,
  props: { readiness, server: undefined, onStart: () => undefined, onFollow: () => undefined },
});
void readiness.check();
