// Checks each link and anchor between the pages of the built site: VitePress only checks links to pages.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('.vitepress/dist', import.meta.url))
const unescape = (s) => decodeURIComponent(s.replaceAll('&amp;', '&'))
const pages = new Map()
for (const name of readdirSync(dist, { recursive: true }).filter((f) => f.endsWith('.html'))) {
  const html = readFileSync(path.join(dist, name), 'utf8')
  const all = (pattern) => [...html.matchAll(pattern)].map((m) => unescape(m[1]))
  pages.set(name, { ids: new Set(all(/\sid="([^"]+)"/g)), links: all(/<a\s[^>]*?href="([^"]+)"/g) })
}

const base = process.env.SITE_BASE ?? '/'
const broken = []
for (const [name, { links }] of pages) {
  for (const link of links.filter((l) => !/^[a-z]+:/.test(l))) {
    const [, file, anchor] = link.match(/^([^#]*)#?(.*)$/)
    let target = file.startsWith(base) ? file.slice(base.length) : path.posix.join(path.posix.dirname(name), file)
    if (!file) target = name
    else if (target === '' || target === './' || target.endsWith('/')) target = path.posix.join(target, 'index.html')
    else if (!target.endsWith('.html') && !existsSync(path.join(dist, target))) target += '.html'
    const page = pages.get(target)
    if (!page || (anchor && !page.ids.has(anchor))) broken.push(`${name}: ${link}`)
  }
}
if (broken.length) {
  console.error(`links that lead nowhere:\n${broken.join('\n')}`)
  process.exit(1)
}
console.log(`${pages.size} pages, every link leads somewhere`)
