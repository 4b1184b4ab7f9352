import { SYSTEM_CLOCK } from '../../observable/clock';
import { FramePipes } from './frame_pipes';
import { serveFrames } from './frame_port';

// The worker's entry: frames are sealed and opened here, and no key ever leaves.
serveFrames(self, new FramePipes(SYSTEM_CLOCK));
