import { marked } from 'marked';

/** How GitHub's pages look, in light and in dark. */
const THEMES = {
  light: { mermaid: 'default', back: '#ffffff', text: '#1f2328', line: '#d0d7de', even: '#f6f8fa' },
  dark: { mermaid: 'dark', back: '#0d1117', text: '#e6edf3', line: '#3d444d', even: '#151b23' },
} as const;

/** Markdown as GitHub would render it. */
export function htmlOf(markdown: string): string {
  return marked.parse(markdown, { async: false, gfm: true });
}

/** A job summary as a page of its own. @param modules where node_modules is, seen from the page */
export function pageOf(
  title: string,
  summary: string,
  {
    theme = 'light',
    modules = '../node_modules',
  }: { theme?: keyof typeof THEMES; modules?: string } = {},
): string {
  const { mermaid, back, text, line, even } = THEMES[theme];
  const html = htmlOf(summary)
    .replaceAll('<pre><code class="language-mermaid">', '<pre class="mermaid">')
    .replaceAll('</code></pre>', '</pre>');
  return `<!doctype html>
<meta charset="utf-8">
<title>${title}</title>
<style>
  body { font: 14px/1.5 system-ui, sans-serif; max-width: 980px; margin: 2em auto; padding: 0 1em; }
  body { background: ${back}; color: ${text}; overflow-wrap: anywhere; }
  table { border-collapse: collapse; margin: 1em 0; }
  th, td { border: 1px solid ${line}; padding: 6px 13px; text-align: left; }
  tr:nth-child(even), pre:not(.mermaid) { background: ${even}; }
  pre:not(.mermaid) { padding: 1em; white-space: pre-wrap; }
  a { color: #4493f8; }
</style>
${html}
<script src="${modules}/@mermaid-js/tiny/dist/mermaid.tiny.js"></script>
<script>mermaid.initialize({ startOnLoad: true, theme: '${mermaid}' });</script>
`;
}
