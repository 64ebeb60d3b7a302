import type { CodeRequest, WantedCode } from '../../core/versions/code.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * What can be known of code before it is uploaded. A package is read, and not kept: there may be many.
 * @param expected the hash that the user named
 * @throws when there is no such code
 */
export async function lookAtCode(
  request: CodeRequest,
  expected: string | undefined,
  { packages, cancellation }: Surroundings,
): Promise<WantedCode> {
  const { source } = request;
  if (source.type !== 'path') {
    return { ...request, codeSha256: expected, bytes: undefined };
  }
  const { bytes, codeSha256 } = await packages.read(source.path, cancellation);
  return { ...request, codeSha256, bytes: bytes.length };
}
