import { AwsError } from '../wire/aws-error.ts';
import { checkModel, type Constraint, type Model } from '../wire/constraints.ts';
import { list, members, number, text, type Members } from '../wire/members.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';
import { functionArn, type LambdaFunction, type LambdaState } from '../lambda/state.ts';

export const TAGGING_PREFIX = 'ResourceGroupsTaggingAPI_20170126.';

const KEY: Constraint = { type: 'String', min: 1, max: 128 };
const VALUE: Constraint = { type: 'String', min: 0, max: 256 };

/** From AWS's model of the Resource Groups Tagging API, as botocore 1.44 carries it. */
const TAGGING_MODEL: Model = {
  GetResources: {
    PaginationToken: { type: 'String', min: 0, max: 2048 },
    TagFilters: {
      type: 'List',
      min: 0,
      max: 50,
      each: {
        type: 'Structure',
        members: { Key: KEY, Values: { type: 'List', min: 0, max: 20, each: VALUE } },
      },
    },
    ResourcesPerPage: { type: 'Integer' },
    ResourceTypeFilters: { type: 'List', each: { type: 'String', min: 0, max: 256 } },
  },
};

/** What a page has at most, and when nobody says. */
const PAGE = 100;

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function taggingOperation(
  lambda: LambdaState,
  { headers, body }: WireRequest,
): Handled | undefined {
  const operation = (headers['x-amz-target'] ?? '').replace(TAGGING_PREFIX, '');
  if (operation !== 'GetResources') return undefined;
  const input = jsonIn(body);
  return {
    operation,
    input,
    run: () => {
      checkModel(TAGGING_MODEL[operation] ?? {}, input, 'ValidationException');
      return { status: 200, body: resources(lambda, input) };
    },
  };
}

/** Functions alone are simulated of all that has tags. */
function resources(lambda: LambdaState, input: Members) {
  const types = list(input['ResourceTypeFilters'])?.map(String) ?? [];
  if (types.some((type) => type !== 'lambda:function')) {
    throw new AwsError(400, 'InvalidParameterException', 'Only lambda:function is simulated');
  }
  const size = number(input['ResourcesPerPage']) ?? PAGE;
  if (size < 1 || size > PAGE) {
    throw new AwsError(400, 'InvalidParameterException', `ResourcesPerPage must be 1 to ${PAGE}`);
  }
  const token = text(input['PaginationToken']) ?? '';
  if (!/^\d*$/.test(token)) {
    throw new AwsError(400, 'PaginationTokenExpiredException', 'The token is none that was given');
  }
  const filters = list(input['TagFilters'])?.map((each) => members(each) ?? {}) ?? [];
  const found = [...lambda.functions.values()]
    .filter(({ tags }) => tags.size > 0)
    .filter((each) => filters.every((filter) => passes(each, filter)));
  const from = Number(token);
  const next = from + size;
  return {
    ResourceTagMappingList: found.slice(from, next).map(({ name, tags }) => ({
      ResourceARN: functionArn(lambda, name),
      Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    })),
    // As real AWS ends its pages: with an empty token, and not without one.
    PaginationToken: next < found.length ? String(next) : '',
  };
}

function passes({ tags }: LambdaFunction, filter: Members): boolean {
  const value = tags.get(text(filter['Key']) ?? '');
  const values = list(filter['Values'])?.map(String) ?? [];
  return value !== undefined && (values.length === 0 || values.includes(value));
}
