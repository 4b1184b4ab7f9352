import type { ChannelConnection, ConnectionHandlers } from './channel_client';

/** The sub-protocol of the group channel. */
export const GROUP_PROTOCOL = 'folkmoot.group.v1';

/** Opens the channel over a WebSocket. No token is in its address. */
export function openSocket(
  makeSocket: (address: string, protocol: string) => WebSocket,
  address: string,
): (handlers: ConnectionHandlers) => ChannelConnection {
  return (handlers) => {
    const socket = makeSocket(address, GROUP_PROTOCOL);
    socket.addEventListener('open', () => {
      handlers.opened();
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') handlers.text(data);
    });
    socket.addEventListener('close', ({ code }) => {
      handlers.closed(code);
    });
    return {
      send: (text) => {
        if (socket.readyState === socket.OPEN) socket.send(text);
      },
      close: () => {
        socket.close(1000);
      },
    };
  };
}
