import { m } from '../../messages/messages.js';
import type { LinkFault, Refusal } from '../../state/app';

/** A heading that says what happened, and a text that says why and what to do. */
export interface Words {
  readonly heading: string;
  readonly text: string;
}

/** What is said when the server did not do what was asked. */
export function refusalWords(refusal: Refusal): Words {
  switch (refusal.kind) {
    case 'not-admitted':
      return { heading: m.home_door_not_admitted(), text: m.home_door_not_admitted_text() };
    case 'unreachable':
      return { heading: m.home_door_unreachable(), text: m.home_door_unreachable_text() };
    case 'host-mismatch':
      return { heading: m.home_door_host(), text: m.home_door_host_text() };
    case 'insecure':
      return { heading: m.home_unsupported_insecure(), text: m.home_unsupported_insecure_text() };
    case 'old-browser':
      return { heading: m.home_unsupported_old(), text: m.home_unsupported_old_text() };
    case 'too-many':
      return {
        heading: m.home_door_too_many(),
        text: m.home_door_too_many_text({ seconds: refusal.retryAfterS }),
      };
    case 'refused':
      return { heading: m.home_door_refused(), text: refusal.message };
    case 'failed':
      return { heading: m.home_door_failed(), text: m.home_door_failed_text() };
  }
}

/** Whether the same page may well open at the next try; where it may not, nobody is sent there again. */
export function helpsToTryAgain({ kind }: Refusal): boolean {
  return !['host-mismatch', 'insecure', 'old-browser'].includes(kind);
}

/** What is said of a link that cannot be opened. */
export function linkFaultWords(fault: LinkFault): Words {
  switch (fault.kind) {
    case 'cut':
      return { heading: m.home_fault_cut(), text: m.home_fault_cut_text() };
    case 'padded':
      return { heading: m.home_fault_padded(), text: m.home_fault_padded_text() };
    case 'garbled':
      return { heading: m.home_fault_garbled(), text: m.home_fault_garbled_text() };
    case 'unknown-version':
      return { heading: m.home_fault_version(), text: m.home_fault_version_text() };
    case 'needs-passcode':
      return { heading: m.home_fault_passcode(), text: m.home_fault_passcode_text() };
    case 'other-server':
      return {
        heading: m.home_fault_other(),
        text: m.home_fault_other_text({ origin: fault.origin }),
      };
  }
}
