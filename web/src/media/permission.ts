import type { CaptureKind } from './capture';

/** The part of `navigator.permissions` that is used here. */
export type PermissionsPort = Pick<Permissions, 'query'>;

/**
 * What the site's settings say about this kind of device, as an object that tells when they change.
 * Undefined where the browser doesn't say: before Firefox 131 and in some embedded ones.
 */
export async function permissionFor(
  permissions: PermissionsPort | undefined,
  kind: CaptureKind,
): Promise<PermissionStatus | undefined> {
  try {
    return await permissions?.query({ name: kind });
  } catch {
    return undefined;
  }
}
