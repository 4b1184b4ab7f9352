import type { Attachment } from 'svelte/attachments';

/** Shows a track. The element stops showing it when the track changes or the element goes. */
export function showing(track: MediaStreamTrack): Attachment<HTMLVideoElement> {
  return (video) => {
    video.srcObject = new MediaStream([track]);
    // Muted pictures may always play; a rejection only says that another picture came in between.
    video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  };
}

/** Tells how large somebody's picture is shown, in device pixels, and that it is not any more. */
export function measured(
  publicationId: string,
  tell: (id: string, size: { readonly width: number; readonly height: number } | undefined) => void,
): Attachment<HTMLElement> {
  return (element) => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) {
        tell(publicationId, {
          width: Math.round(entry.contentRect.width * devicePixelRatio),
          height: Math.round(entry.contentRect.height * devicePixelRatio),
        });
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      tell(publicationId, undefined);
    };
  };
}
