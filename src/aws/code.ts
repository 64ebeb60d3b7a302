import {
  UpdateFunctionCodeCommand,
  type LambdaClient,
  type UpdateFunctionCodeCommandInput,
} from '@aws-sdk/client-lambda';

import type { Target } from '../core/alias/target.ts';
import { intentOf } from '../core/permissions.ts';
import type { CodeInAws, Package } from '../core/versions/code.ts';
import { textIn } from './reply.ts';
import type { Service } from './service.ts';

/** Gives functions their code. */
export interface Code {
  /**
   * Puts code into `$LATEST`. Lambda goes on with it after it has answered; until that is over, `$LATEST` can neither be
   * published nor updated again.
   * @returns Lambda's `CodeSha256` of it
   */
  readonly update: (target: Target, update: CodeUpdate, signal: AbortSignal) => Promise<string>;
}

export interface CodeUpdate {
  readonly from: { readonly type: 'package'; readonly package: Package } | CodeInAws;
  /** Update only if nothing of `$LATEST` has changed since. */
  readonly revisionId: string;
  /** Undefined: that of the function. */
  readonly architecture: UpdateFunctionCodeCommandInput['Architectures'];
  /** The key of KMS that the zip file is encrypted with; empty for none of the user's. Lambda forgets what it is not told again. */
  readonly kmsKeyArn: string;
  /** Whether Lambda is to read the object from S3, and to keep no copy. */
  readonly isReference: boolean;
}

// 50 MB of zip are 67 MB in base64; over 2 Mbit/s they take five minutes.
const UPLOAD_MS = 5 * 60_000;
/** Lambda answers when it has fetched the code, and looked at it. */
const FETCHING_MS = 60_000;
const PATIENCE_MS = 10 * 60_000;

/** @param uploads for what may take long to be sent */
export function createCode(uploads: Service<LambdaClient>, region: string): Code {
  return {
    update(target, { from, revisionId, architecture, kmsKeyArn, isReference }, signal) {
      const { functionId } = target;
      const intent = intentOf('lambda:UpdateFunctionCode', { on: 'function', functionId, region });
      const command = new UpdateFunctionCodeCommand({
        FunctionName: functionId,
        ...codeOf(from),
        S3ObjectStorageMode: from.type === 's3' && isReference ? 'REFERENCE' : undefined,
        SourceKMSKeyArn: from.type === 'image' ? undefined : kmsKeyArn || undefined,
        Architectures: architecture,
        RevisionId: revisionId,
      });
      return uploads.call(intent, { signal, patienceMs: PATIENCE_MS }, async (client, sending) => {
        const requestTimeout = from.type === 'package' ? UPLOAD_MS : FETCHING_MS;
        const reply = await client.send(command, { ...sending, requestTimeout });
        const codeSha256 = textIn(reply.CodeSha256);
        if (codeSha256 === '') throw new Error('Lambda answered without the hash of the code');
        return codeSha256;
      });
    },
  };
}

function codeOf(
  from: CodeUpdate['from'],
): Pick<
  UpdateFunctionCodeCommandInput,
  'ZipFile' | 'ImageUri' | 'S3Bucket' | 'S3Key' | 'S3ObjectVersion'
> {
  switch (from.type) {
    case 'package':
      return { ZipFile: from.package.bytes };
    case 'image':
      return { ImageUri: from.uri };
    case 's3':
      return { S3Bucket: from.bucket, S3Key: from.key, S3ObjectVersion: from.version };
  }
}
