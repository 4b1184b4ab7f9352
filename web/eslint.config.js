import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import { forbiddenFor, MAY_IMPORT } from './layers.js';
import svelteConfig from './svelte.config.js';

const DOM_GLOBALS = ['document', 'window', 'navigator', 'location', 'localStorage'];

const layerRules = Object.keys(MAY_IMPORT).map((layer) => ({
  files: [`src/${layer}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': /** @type {const} */ ([
      'error',
      {
        patterns: forbiddenFor(layer).map((other) => ({
          regex: `^(\\.\\./)+${other}(/|$)`,
          message: `${layer} must not import ${other}: see web/layers.js.`,
        })),
      },
    ]),
  },
}));

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'src/messages/', 'e2e/results/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': 'error',
    },
  },
  {
    files: ['**/*.svelte'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ['**/*.js'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { ...globals.node } },
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['**/*.test.ts', 'e2e/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  ...layerRules,
  {
    // Only the ui, and compose for the others, touch the browser: the rest is tested without one.
    files: Object.keys(MAY_IMPORT)
      .filter((layer) => layer !== 'ui' && layer !== 'compose')
      .map((layer) => `src/${layer}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...DOM_GLOBALS.map((name) => ({ name, message: 'Only src/ui touches the DOM.' })),
      ],
    },
  },
);
