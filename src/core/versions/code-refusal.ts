/**
 * What is to be done where Lambda refuses code for what is not Lambda's own: it words such refusals as if they were about the call.
 * @param name of the error, as AWS has it
 * @returns empty where AWS's own words are enough
 */
export function remedyOfCodeRefusal(name: string, message: string): string {
  if (/denied by S3|S3 Error Code: AccessDenied/.test(message)) {
    const [, object = 'the object'] = /GetObject for ([^\s,]+?)\.?(?: |$)/.exec(message) ?? [];
    return (
      `Lambda fetches the code with the permissions of this job: allow s3:GetObject on ${object} (s3:GetObjectVersion where code-s3 names a ` +
      'version), in the policy of the role and, where the bucket is of another account, in that of the bucket.'
    );
  }
  if (/S3 Error Code: (NoSuchKey|NoSuchVersion|NoSuchBucket)/.test(message)) {
    return 'Check code-s3 for a mistyped name, and whether the step before has uploaded it.';
  }
  if (message.includes('S3 Error Code: PermanentRedirect')) {
    return 'The bucket of code-s3 is in another region: Lambda takes code of its own region alone.';
  }
  if (message.includes('permission to access the ECR image')) {
    return (
      'Let the policy of the repository allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to lambda.amazonaws.com; where it is of another ' +
      'account, to this role as well.'
    );
  }
  if (/^(InvalidCodeSignatureException|CodeVerificationFailedException)$/.test(name)) {
    return (
      'The function takes signed code alone: sign it with AWS Signer, by a profile that its code signing configuration names, and give what Signer ' +
      'wrote in code-s3.'
    );
  }
  if (name === 'CodeSigningConfigNotFoundException') {
    return 'The code signing configuration of the function was deleted: give it another one, or take it off (aws lambda delete-function-code-signing-config).';
  }
  if (name.startsWith('KMS') || /\bKMS\b/.test(message)) {
    return 'The key that encrypts the code must be enabled, and its policy and that of the role must allow this job to use it (kms:Decrypt, kms:GenerateDataKey).';
  }
  if (name === 'RequestEntityTooLargeException' || name === 'RequestTooLargeException') {
    return 'Upload the code to a bucket of the same region (aws s3 cp), and name it in code-s3.';
  }
  return '';
}
