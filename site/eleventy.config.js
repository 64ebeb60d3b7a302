// The pages of docs and the README as a site. Run from the top of the repository: see package.json beside this.
import { readFileSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';

import { IdAttributePlugin } from '@11ty/eleventy';

const { repository } = JSON.parse(readFileSync('package.json', 'utf8'));
const REPOSITORY = repository.replace('github:', 'https://github.com/');
const SOURCES = `${REPOSITORY}/blob/main`;

/** As GitHub makes an anchor of a heading. */
const slugify = (text) =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** Where a link of a page leads: to another page, beside it in one folder, or to the sources. */
function leadingTo(link, folder) {
  if (/^(\w+:|#)/.test(link)) return link;
  const [path, anchor] = link.split('#');
  const file = normalize(join(folder, path));
  const to = (place) => (anchor === undefined ? place : `${place}#${anchor}`);
  if (file === 'README.md') return to('index.html');
  if (/^docs\/[^/]+\.md$/.test(file)) return to(`${basename(file, '.md')}.html`);
  return /^docs\/[^/]+\.png$/.test(file) ? basename(file) : to(`${SOURCES}/${file}`);
}

export default function (config) {
  config.addPlugin(IdAttributePlugin, { slugify });
  config.addGlobalData('layout', 'page.njk');
  config.addGlobalData('repository', REPOSITORY);
  config.addGlobalData(
    'permalink',
    () =>
      ({ page }) =>
        `${page.fileSlug || 'index'}.html`,
  );
  config.addTemplate('index.md', readFileSync('README.md', 'utf8'), { permalink: 'index.html' });
  config.addPassthroughCopy('docs/*.png');
  config.addPassthroughCopy({
    'site/site.css': 'site.css',
    'node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js': 'mermaid.tiny.js',
  });
  config.addPreprocessor('tasks', 'md', (_, content) => content.replaceAll('- [ ] ', '- ☐ '));
  config.addFilter('titleOf', (content) => /<h1[^>]*>(.*?)<\/h1>/.exec(content)?.[1] ?? '');
  config.amendLibrary('md', (markdown) => {
    const { fence } = markdown.renderer.rules;
    markdown.renderer.rules.fence = (tokens, index, ...others) =>
      tokens[index].info === 'mermaid'
        ? `<pre class="mermaid">${markdown.utils.escapeHtml(tokens[index].content)}</pre>`
        : fence(tokens, index, ...others);
    markdown.core.ruler.push('links', ({ tokens, env }) => {
      const folder = env.page.inputPath.endsWith('/index.md') ? '.' : 'docs';
      for (const token of tokens.flatMap(({ children }) => children ?? [])) {
        for (const name of ['href', 'src']) {
          const link = token.attrGet(name);
          if (link !== null) token.attrSet(name, leadingTo(link, folder));
        }
      }
    });
  });
  return {
    dir: { input: 'docs', includes: '../site', output: '_site' },
    markdownTemplateEngine: false,
  };
}
