import { expect, it } from 'vitest';
import { isPlaceholderText } from './placeholder-text.ts';

it.each([
  'xx.xx.xx.xx',
  'xx.xx.xx.xx/yy',
  'xx.xx.xx.xx-yy.yy.yy.yy',
  '10.0.x.x',
  'x.x.x.x/24',
  '<your-ip>',
  'https://<vault>.vault.azure.net',
  'CHANGEME',
  'change-me',
  '/subscriptions/{SUBID}/resourceGroups/{RGNAME}',
  '#{HubVnetName}#',
  '$(subscriptionId)',
  '__TENANT__',
])('`%s` stands in for a value', (text) => {
  expect(isPlaceholderText(text)).toBe(true);
});

it.each([
  '10.0.0.0/24',
  '10.0.0.0-10.0.0.9',
  '*',
  'AzureCloud.westeurope',
  '*.contoso.example',
  'contains <b>bold</b> words',
  '{0}-suffix',
  '{"a": 1}',
  'snake_case__name',
  'https://login.microsoftonline.com/',
  '',
])('`%s` is a value', (text) => {
  expect(isPlaceholderText(text)).toBe(false);
});
