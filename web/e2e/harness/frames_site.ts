import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { build, type Rolldown } from 'vite';

const PAGE = new URL('./frames_page.ts', import.meta.url);
// Clocks are finer in pages that share with nobody.
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves the page of frames_page.ts, bundled as the client is. */
export class FramesSite {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://localhost:${String((server.address() as AddressInfo).port)}/`;
  }

  static async open(): Promise<FramesSite> {
    const files = await bundled();
    const server = createServer((request, response) => {
      const name = (request.url ?? '/').slice(1);
      const file = files.get(name);
      const type = name === '' ? 'text/html' : 'text/javascript';
      response.writeHead(file === undefined ? 404 : 200, { ...HEADERS, 'Content-Type': type });
      response.end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    return new FramesSite(server);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function bundled(): Promise<Map<string, string | Uint8Array>> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: PAGE.pathname, output: { entryFileNames: 'page.js' } },
    },
  })) as Rolldown.RolldownOutput;
  const files = new Map<string, string | Uint8Array>(
    built.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
  );
  const icon = '<link rel="icon" href="data:,">';
  return files.set('', `<!doctype html>${icon}<body><script type="module" src="page.js"></script>`);
}
