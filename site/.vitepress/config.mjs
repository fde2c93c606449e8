// The website shows the Markdown files of the repository as they are, and no other page. The sidebar is the index in
// docs/README.md.
import { readFileSync, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const root = fileURLToPath(new URL('../..', import.meta.url))
const repository = 'https://github.com/entocc/entocc'
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/', 'occhttp/README.md']

const isPage = (file) => file.endsWith('.md') && pages.some((p) => file === p || (p.endsWith('/') && file.startsWith(p)))
const asIndex = (file) => file.replace(/(^|\/)README\.md$/, '$1index.md')

// route returns the address of a page: /docs/errors, or /docs/ for docs/README.md.
const route = (file) => '/' + asIndex(file).replace(/(index)?\.md$/, '')

// sidebar reads the tables of an index: the first cell of a table's head is a group, each row begins with a link.
function sidebar(index) {
  const groups = []
  for (const line of readFileSync(path.join(root, index), 'utf8').split('\n')) {
    const link = line.match(/^\| \[([^\]]+)\]\(([^)#]+)\)/)
    const head = line.match(/^\| ([^|[-][^|]*?) \| +\|$/)
    if (link) groups.at(-1).items.push({ text: link[1], link: route(path.posix.join(path.posix.dirname(index), link[2])) })
    else if (head) groups.push({ text: head[1][0].toUpperCase() + head[1].slice(1), items: [] })
  }
  if (!groups.length || groups.some((g) => !g.items.length)) throw new Error(`${index} is no index of groups with links`)
  return groups
}

// links points links to what is not a page, such as an example's folder, to the repository, and links to README.md to the folder's page.
function links(md) {
  md.core.ruler.push('entocc_links', ({ tokens, env }) => {
    for (const token of tokens.flatMap((t) => t.children ?? [])) {
      const href = token.type === 'link_open' && token.attrGet('href')
      if (!href || /^([a-z]+:|#|\/)/.test(href)) continue
      const [, name, anchor] = href.match(/^([^#]*)(.*)$/)
      const file = path.posix.join(path.posix.dirname(env.relativePath), decodeURI(name))
      if (isPage(file)) {
        token.attrSet('href', asIndex(name) + anchor)
        continue
      }
      const target = path.join(root, file)
      if (!existsSync(target)) throw new Error(`${env.relativePath} links to ${href}, which is not in the repository`)
      token.attrSet('href', `${repository}/${statSync(target).isDirectory() ? 'tree' : 'blob'}/main/${file}${anchor}`)
    }
  })
}

// slugify makes the same anchors of headings as GitHub, so that a link works on both.
const slugify = (heading) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')

// verbatim keeps Vue from reading {{ and }} in `code` as its own.
function verbatim(md) {
  const render = md.renderer.rules.code_inline
  md.renderer.rules.code_inline = (tokens, i, ...rest) => {
    tokens[i].attrSet('v-pre', '')
    return render(tokens, i, ...rest)
  }
}

export default defineConfig({
  title: 'entocc',
  description: 'Optimistic concurrency control for ent',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '..',
  // Whatever is not a page, from the repository's folders to those of its modules.
  srcExclude: ['!(docs|occhttp)/**/*.md', 'occhttp/!(README).md', 'occhttp/*/**/*.md'],
  rewrites: asIndex,
  // The pages are outside of this folder, where Vite would not find Vue.
  vite: { resolve: { alias: { vue: fileURLToPath(new URL('../node_modules/vue', import.meta.url)) } } },
  cleanUrls: true,
  lastUpdated: true,
  markdown: {
    anchor: { slugify },
    config: (md) => [links, verbatim].forEach((extend) => extend(md)),
  },
  themeConfig: {
    nav: [
      { text: 'Docs', link: '/docs/' },
      { text: 'Changes', link: '/CHANGELOG' },
      { text: 'Reference', link: 'https://pkg.go.dev/github.com/entocc/entocc' },
    ],
    sidebar: sidebar('docs/README.md'),
    outline: 'deep',
    search: { provider: 'local' },
    editLink: { pattern: `${repository}/edit/main/:path` },
    socialLinks: [{ icon: 'github', link: repository }],
  },
})
