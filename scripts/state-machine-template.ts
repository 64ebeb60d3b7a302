const PLACE = `      # npm run build puts the definition here, and writes the whole to dist.
      DefinitionString: '{ "StartAt": "End", "States": { "End": { "Type": "Succeed" } } }'
`;

/** The partition is the stack's: ARNs of integrations have another one in China and GovCloud. */
const INTEGRATIONS = 'arn:aws:states:::';

/**
 * The template for CloudFormation with the definition in it: one file that is deployed as it is.
 * @param template what is written by hand
 * @throws when CloudFormation would take something in the definition for its own
 */
export function withDefinition(template: string, definition: string): string {
  if (!template.includes(PLACE)) throw new Error('The template has no place for the definition');
  if (definition.includes('${')) throw new Error('CloudFormation would put something for ${…}');
  const text = definition
    .replaceAll(INTEGRATIONS, INTEGRATIONS.replace(':aws:', ':${AWS::Partition}:'))
    .trimEnd()
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');
  return template.replace(PLACE, () => `      DefinitionString: !Sub |\n${text}\n`);
}
