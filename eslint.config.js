import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

/** What no file of some folders may import, and why. */
const forbidden = (regex, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex, message }] }],
});

const SDKS = '@actions|@aws-sdk|@smithy|@octokit';
const PURE = 'src/core is pure: it imports nothing from outside itself.';
const pure = {
  'no-restricted-globals': ['error', 'Date', 'process', 'performance', 'setTimeout', 'fetch'],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
};

const NO_LITERAL = {
  selector: 'SpreadElement > ObjectExpression',
  message: 'Write the members of a literal where they belong.',
};
const NO_MEMBER_LEFT_OUT = {
  selector: 'SpreadElement > :matches(ConditionalExpression, LogicalExpression) > ObjectExpression',
  message: 'Plain data has all of its members: say `| undefined`, and leave none out.',
};

/** An address is layer / subject / thing; what a layer may know of the others. */
const LAYERS = [
  { files: ['src/core/*.ts'], rules: { ...pure, ...forbidden(`^(${SDKS}|node:|\\.\\./)`, PURE) } },
  {
    files: ['src/core/*/**'],
    rules: { ...pure, ...forbidden(`^(${SDKS}|node:|(\\.\\./){2})`, PURE) },
  },
  {
    files: ['src/ports.ts'],
    rules: forbidden('^(?!\\./core/)', 'The ports are told in words of the core alone.'),
  },
  {
    files: ['src/inputs/*.ts'],
    rules: forbidden(`^(${SDKS}|\\.\\./(?!core/))`, 'Inputs know the core alone.'),
  },
  {
    files: ['src/inputs/*/**'],
    rules: forbidden(`^(${SDKS}|(\\.\\./){2}(?!core/))`, 'Inputs know the core alone.'),
  },
  ...['aws', 'github', 'system'].map((folder) => ({
    files: [`src/${folder}/**`],
    rules: forbidden(
      '^\\.\\./(?!core/|ports\\.ts)',
      'An adapter knows the core and the ports; what ties adapters together is in src/run.',
    ),
  })),
  {
    files: ['src/run/**'],
    rules: forbidden(
      `^(${SDKS}|node:)`,
      'src/run has no wire: adapters talk to AWS, GitHub and the system.',
    ),
  },
  {
    files: ['simulator/**'],
    rules: forbidden('/src/', 'The simulator must not share the mistakes of what it tests.'),
  },
];

export default defineConfig(
  {
    ignores: [
      'dist/',
      'coverage/',
      'demo/',
      '.venv/',
      'examples/',
      'templates/',
      'site/',
      '_site/',
    ],
  },
  js.configs.recommended,
  {
    // It runs in Lambda.
    files: ['conformance/function/*.mjs'],
    languageOptions: { globals: { process: 'readonly' } },
  },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-syntax': ['error', NO_LITERAL, NO_MEMBER_LEFT_OUT],
      // Lengths are counted in code points here, as AWS counts them.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
    },
  },
  ...LAYERS,
  {
    // What AWS leaves out of an answer is left out: here shapes are those of the wire.
    files: ['simulator/**', '__tests__/**'],
    rules: { 'no-restricted-syntax': ['error', NO_LITERAL] },
  },
  {
    files: ['__tests__/**'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      // Properties hold for some of the generated cases only.
      'jest/no-conditional-expect': 'off',
      // Not on Windows, for the reason that stands beside it.
      'jest/no-standalone-expect': [
        'error',
        { additionalTestBlockFunctions: ['itWithSignals', 'itWithSignals.each'] },
      ],
      // Some suites run in two worlds.
      'jest/no-export': 'off',
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'fc.assert', 'property', 'expectHarmless'] },
      ],
    },
  },
);
