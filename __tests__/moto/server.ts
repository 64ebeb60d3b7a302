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

/** What a service that speaks JSON answers. */
export async function askInJson<Answer>(
  service: string,
  target: string,
  body: object,
): Promise<Answer> {
  const scope = `20260101/${region}/${service}/aws4_request`;
  const reply = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=moto/${scope}, SignedHeaders=host, Signature=x`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
    },
    body: JSON.stringify(body),
  });
  return (await reply.json()) as Answer;
}

/**
 * Makes a stack of a template.
 * @returns the physical ids of its resources
 */
export async function deploy(
  stack: string,
  template: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const given = Object.entries(parameters).flatMap(([name, value], index): [string, string][] => [
    [`Parameters.member.${index + 1}.ParameterKey`, name],
    [`Parameters.member.${index + 1}.ParameterValue`, value],
  ]);
  const cloudformation = (Action: string, more: Readonly<Record<string, string>>) =>
    ask('cloudformation', region, { Action, Version: '2010-05-15', StackName: stack, ...more });
  const created = await cloudformation('CreateStack', {
    TemplateBody: template,
    'Capabilities.member.1': 'CAPABILITY_IAM',
    ...Object.fromEntries(given),
  });
  if (!created.includes('<StackId>')) throw new Error(created);
  const stacks = await cloudformation('DescribeStacks', {});
  if (!stacks.includes('<StackStatus>CREATE_COMPLETE<')) throw new Error(stacks);
  const resources = await cloudformation('DescribeStackResources', {});
  // moto gives policies of topics, and alarms, no id.
  const named = resources.split('</ResourceStatus>').flatMap((each) => {
    const id = /<LogicalResourceId>(.+?)</.exec(each)?.[1];
    return id === undefined ? [] : [[id, /<PhysicalResourceId>(.*?)</.exec(each)?.[1] ?? '']];
  });
  return Object.fromEntries(named) as Readonly<Record<string, string>>;
}
