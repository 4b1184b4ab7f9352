import type { Attachment } from 'svelte/attachments';

/** Sets what only running code knows, like a measured place. Style attributes in markup are not allowed. */
export function styled(properties: Readonly<Record<string, string>>): Attachment<HTMLElement> {
  return (element) => {
    for (const [name, value] of Object.entries(properties)) {
      element.style.setProperty(name, value);
    }
  };
}
