import { MlsGroup } from './mls_group';
import { serveKeys } from './mls_worker_port';

// The worker's entry: MLS runs here, and its secrets never leave.
serveKeys(self, (material) => MlsGroup.open(material, () => performance.now()));
