import { AwsError } from './aws-error.ts';

/** What the model of the API refuses, before Lambda looks at its own state. */
export function invalid(value: string, member: string, constraint: string): AwsError {
  return new AwsError(
    400,
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

export function mustMatch(value: string, member: string, pattern: string): void {
  if (new RegExp(`^(?:${pattern})$`).test(value)) return;
  throw invalid(value, member, `Member must satisfy regular expression pattern: ${pattern}`);
}

export function refused(message: string): AwsError {
  return new AwsError(400, 'InvalidParameterValueException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError(404, 'ResourceNotFoundException', message);
}

export function conflict(message: string): AwsError {
  return new AwsError(409, 'ResourceConflictException', message);
}

export function refuseOtherRevision(present: string, given: string | undefined): void {
  if (given === undefined || given === present) return;
  throw new AwsError(
    412,
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the ' +
      'GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}
