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

/** What a service that speaks the old query protocol answers, as XML. */
export async function ask(
  service: string,
  place: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const scope = `20260101/${place}/${service}/aws4_request`;
  const reply = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=moto/${scope}, SignedHeaders=host, Signature=x`,
    },
    body: new URLSearchParams(parameters),
  });
  return reply.text();
}

/** moto asks IAM whether {@link ROLE} exists. */
export async function createRole(): Promise<void> {
  await ask('iam', 'us-east-1', {
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: 'checkout',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
  });
}
