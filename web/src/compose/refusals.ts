import { UnsupportedError } from '../protocol/signing';
import { RequestError, type Fault } from '../session/request_error';
import { RefusalError, type Refusal } from '../state/app';

/** Does something; what goes wrong becomes what people are told. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  if (!isSecureContext) {
    throw new RefusalError({ kind: 'insecure' });
  }
  try {
    return await work();
  } catch (error) {
    throw new RefusalError(refusalOf(error));
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusalError) {
    return error.refusal;
  }
  if (error instanceof UnsupportedError) {
    return { kind: 'old-browser' };
  }
  return error instanceof RequestError ? refusalOfFault(error.fault) : { kind: 'failed' };
}

function refusalOfFault(fault: Fault): Refusal {
  switch (fault.kind) {
    case 'bad-answer':
      return { kind: 'failed' };
    case 'refused':
      return { kind: 'refused', message: fault.message };
    case 'unreachable':
    case 'not-admitted':
    case 'host-mismatch':
      return { kind: fault.kind };
    case 'too-many':
      return fault;
  }
}
