import { mount } from 'svelte';

import { ReadinessModel } from './state/readiness';
import { signallingUrl } from './state/signalling_url';
import './ui/tokens.css';
import './ui/base.css';
import FrontPage from './ui/FrontPage.svelte';

const target = document.getElementById('app');
if (target === null) {
  throw new Error('index.html has no element with the id "app".');
}
const readiness = new ReadinessModel((url, init) => fetch(url, init));
mount(FrontPage, { target, props: { readiness, address: signallingUrl(location.origin) } });
void readiness.check();
