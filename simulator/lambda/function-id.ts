import { AwsError } from '../wire/aws-error.ts';
import { notFound, refused } from '../wire/refusals.ts';

export interface FunctionId {
  readonly name: string;
  readonly qualifier: string | undefined;
}

interface Home {
  readonly region: string;
  readonly account: string;
}

const ID =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:(?<region>[a-z-]+-\d):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_.]+)(?::(?<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/**
 * A name, a partial ARN or an ARN, each with or without a qualifier, that the model lets pass; `given` is the
 * query's qualifier.
 */
export function functionId(segment: string, home: Home, given: string | undefined): FunctionId {
  const groups = ID.exec(segment)?.groups;
  const name = groups?.['name'] ?? segment;
  const region = groups?.['region'] ?? home.region;
  const account = groups?.['account'] ?? home.account;
  if (account !== home.account) {
    // Without permission, AWS does not say whether another account has such a function.
    throw new AwsError(403, 'AccessDeniedException', `No access to the account ${account}`);
  }
  if (region !== home.region) {
    throw notFound(
      `Functions from '${region}' are not reachable in this region ('${home.region}')`,
    );
  }
  const qualifier = groups?.['qualifier'];
  if (qualifier !== undefined && given !== undefined && qualifier !== given) {
    throw refused(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  return { name, qualifier: given ?? qualifier };
}
