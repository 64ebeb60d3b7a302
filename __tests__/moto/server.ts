/** Where scripts/moto.ts has started moto. */
export const endpoint = process.env['MOTO_URL'] ?? '';
export const region = 'eu-west-1';
export const ROLE = 'arn:aws:iam::123456789012:role/checkout';

/** The smallest archive there is; its comment makes one differ from another. */
export function archive(comment: string): Uint8Array {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, Buffer.from(comment)]);
}

/** moto asks IAM whether {@link ROLE} exists; IAM speaks the old query protocol. */
export async function createRole(): Promise<void> {
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=moto/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: new URLSearchParams({
      Action: 'CreateRole',
      Version: '2010-05-08',
      RoleName: 'checkout',
      AssumeRolePolicyDocument: trust,
    }),
  });
}
