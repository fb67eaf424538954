// The worker of the installed app; version, icon and shell are put before it. The
// network always comes first, so no old page stays in the way of a new one.
//
// Pages are kept only where their reader asked for it on this phone: then a
// cache named after his account exists. The server marks the few pages that may
// be kept (X-Keep) with that name; sealed cases, complaints, what staff see and
// every answer to a form are never marked. Whatever ends a session, or begins
// another, takes everything away.
const name = 'shell ' + version + ' ' + shell.join()
const kept = async () => (await caches.keys()).filter((n) => n.startsWith('kept '))
const forget = async (but) => { for (const n of await kept()) if (n !== but) await caches.delete(n) }
const days = 3 // as long as a session that nobody uses
const most = 20
const old = (r) => Date.now() - Number(r.headers.get('X-At')) > days * 86400000

self.addEventListener('install', (e) => {
  self.skipWaiting()
  e.waitUntil(caches.open(name).then((c) => c.addAll(shell.map((u) => new Request(u, { credentials: 'omit' }))))) // as nobody in particular
})
self.addEventListener('activate', (e) => e.waitUntil((async () => {
  for (const n of await caches.keys()) if (n.startsWith('shell ') && n !== name) await caches.delete(n)
  await self.clients.claim()
})()))

// Forms by which somebody goes, or somebody else comes. A one-time code also
// proves again who is there already; after it the page itself says whose it is.
const change = /\/account\/(leave|choose|staff|invite\/[^/]+|passkey\/enter)$/

// changed: unless it was another browser that was told to go.
async function changed(req) {
  const other = req.url.endsWith('/leave') && await req.formData().then((f) => f.get('session'), () => '')
  if (!other) await Promise.all([forget(''), hush()])
}

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (url.origin !== location.origin) return
  if (e.request.method !== 'GET') {
    if (change.test(url.pathname)) e.waitUntil(changed(e.request.clone()))
    return
  }
  if (e.request.mode === 'navigate') e.respondWith(page(e, url))
  else if (url.pathname.startsWith('/static/')) e.respondWith(caches.match(e.request).then((r) => r || fetch(e.request)))
  else if (shell.includes(url.pathname)) e.respondWith(fetch(e.request).catch(() => caches.match(url.pathname)))
})

// Where somebody else signs in, the phone rings for the first one no more.
const hush = async () => (await self.registration.pushManager?.getSubscription())?.unsubscribe()

// A message says that there is something, never what: it shows on a locked screen.
self.addEventListener('push', (e) => {
  let m = {}
  try { m = e.data.json() } catch { /* not ours */ }
  e.waitUntil(self.registration.showNotification('码上', { body: m.text || '有新消息，请打开看。', tag: m.id, lang: 'zh-CN', icon: icon, data: m.go }))
})
self.addEventListener('notificationclick', (e) => {
  e.notification.close()
  e.waitUntil(show(e.notification.data || '/casebook'))
})
async function show(path) {
  const url = new URL(path, location.origin)
  if (url.origin !== location.origin) return
  for (const w of await self.clients.matchAll({ type: 'window' })) if (new URL(w.url).pathname === url.pathname) return w.focus()
  return self.clients.openWindow(url.href)
}

async function page(e, url) {
  let res
  try { res = await fetch(e.request) } catch { return offline(url) }
  const mark = res.headers.get('X-Keep')
  e.waitUntil(mark && res.status === 200 ? keep('kept ' + mark, url.pathname, res.clone()) : unmarked(url, res))
  return res
}

async function keep(cache, path, res) {
  await forget(cache) // another account on this phone ends the first one's
  if (!(await caches.has(cache))) return
  const c = await caches.open(cache)
  await c.delete(path)
  const policy = res.headers.get('Content-Security-Policy').replace("form-action 'self'", "form-action 'none'")
  const copy = new Response(await res.text(), { headers: { 'Content-Type': 'text/html; charset=utf-8', 'X-At': String(Date.now()), 'Content-Security-Policy': policy } })
  if (!(await caches.has(cache))) return // forgotten meanwhile
  await c.put(path, copy)
  const all = await c.keys()
  for (const k of all.slice(0, Math.max(0, all.length - most))) await c.delete(k)
}

// unmarked: the page may not be kept. If it was, its reader's rights have
// changed, and nothing of what he kept can be relied upon. A browser follows
// redirects by itself and does not show where they lead, so after one the
// session is asked for.
async function unmarked(url, res) {
  for (const n of await kept()) {
    const c = await caches.open(n)
    for (const k of await c.keys()) if (old(await c.match(k))) await c.delete(k)
    if (!url.search && [200, 401, 403, 404].includes(res.status) && await c.match(url.pathname)) for (const k of await c.keys()) await c.delete(k)
    if (res.type !== 'opaqueredirect') continue
    const r = await fetch('/account', { headers: { Accept: 'application/json', 'X-Live': '1' } }).catch(() => null)
    if (r && r.status === 401) await caches.delete(n)
  }
}

async function offline(url) {
  for (const n of url.search ? [] : await kept()) {
    const c = await caches.open(n), r = await c.match(url.pathname)
    if (!r) continue
    if (old(r)) { await c.delete(url.pathname); continue }
    return new Response(marked(await r.text(), new Date(Number(r.headers.get('X-At')))), { headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': r.headers.get('Content-Security-Policy'), 'Cache-Control': 'no-store' } })
  }
  return (await caches.match('/offline')) || Response.error()
}

// marked says above the page when it was seen, and takes from it what needs a
// network.
function marked(html, at) {
  const two = (n) => String(n).padStart(2, '0'), court = new Date(at.getTime() + 8 * 3600_000) // as all times on the page: of the courts' zone
  const when = (court.getUTCMonth() + 1) + '月' + court.getUTCDate() + '日 ' + two(court.getUTCHours()) + ':' + two(court.getUTCMinutes())
  for (const s of shell) { // of the version that is kept now
    const m = s.match(/^(.*)-[0-9a-f]+(\.\w+)$/)
    if (m) html = html.replace(new RegExp(m[1] + '-[0-9a-f]+\\' + m[2], 'g'), s)
  }
  return html.replace(/data-live=/g, 'data-was-live=').replace('<header>', '<header><p class="demo" role="status" data-offline>这是 ' + when + ' 看到的内容，现在没有网络</p>')
}
