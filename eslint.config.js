import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

const impure = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: '^(@actions|@aws-sdk|@smithy|node:)|^(\\.\\./){2}',
          message: 'src/core is pure: it imports nothing from outside itself.',
        },
      ],
    },
  ],
  'no-restricted-globals': ['error', 'Date', 'process', 'performance', 'setTimeout', 'fetch'],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'demo/', '.venv/'] },
  js.configs.recommended,
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
      // Lengths are counted in code points here, as AWS counts them.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
    },
  },
  { files: ['src/core/**'], rules: impure },
  {
    files: ['__tests__/**'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      // Properties hold for some of the generated cases only.
      'jest/no-conditional-expect': 'off',
      // Some suites run in two worlds.
      'jest/no-export': 'off',
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'fc.assert', 'property', 'expectHarmless'] },
      ],
    },
  },
);
