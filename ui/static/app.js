// Refines pages that work without it. Nothing here is needed to do anything.
const $$ = (q, root = document) => [...root.querySelectorAll(q)]

// A list of errors is read first, or else what was done.
document.querySelector('[data-errors], #said')?.focus()

// On a phone the staff's navigation is wider than the screen: where one is is in sight.
document.querySelector('.nav [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' })

// A voice note: spoken here, put among the chosen files; five minutes at most.
function recorder(input) {
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return
  const kinds = [['audio/mp4', 'm4a'], ['audio/webm', 'webm'], ['audio/ogg', 'ogg']], limit = 300
  const kind = kinds.find(([t]) => MediaRecorder.isTypeSupported(t))
  if (!kind) return
  const b = document.createElement('button'), say = document.createElement('p')
  b.type = 'button'
  b.className = 'btn slim'
  b.textContent = '录一段话'
  say.className = 'small quiet'
  say.setAttribute('role', 'status')
  input.after(b, say)
  let rec = null
  b.addEventListener('click', async () => {
    if (rec) return rec.stop()
    let voice
    b.disabled = true // the browser asks first
    try { voice = await navigator.mediaDevices.getUserMedia({ audio: true }) } catch { say.textContent = '没有打开麦克风。请在手机设置里允许使用，或者用手机自带的录音机录好，再选文件。'; return } finally { b.disabled = false }
    const parts = [], began = Date.now(), seconds = () => Math.round((Date.now() - began) / 1000)
    rec = new MediaRecorder(voice, { mimeType: kind[0] })
    const tick = setInterval(() => { b.textContent = '说完了，停（' + seconds() + ' 秒）'; if (seconds() >= limit) rec.stop() }, 1000)
    rec.addEventListener('dataavailable', (e) => parts.push(e.data))
    rec.addEventListener('stop', () => {
      clearInterval(tick)
      for (const t of voice.getTracks()) t.stop()
      const all = new DataTransfer()
      for (const f of input.files) all.items.add(f)
      all.items.add(new File(parts, '录音' + (all.files.length + 1) + '.' + kind[1], { type: kind[0] }))
      input.files = all.files
      rec = null
      b.textContent = '再录一段'
      say.textContent = '录好了，' + seconds() + ' 秒。发送时一起交。'
      for (const e of ['input', 'change']) input.dispatchEvent(new Event(e, { bubbles: true })) // as when it was chosen
    })
    rec.start()
    b.textContent = '说完了，停'
    say.textContent = '正在录，请说。'
  })
}

// What scripts add to a page, and to a part of it that is exchanged.
function ready(root) {
  // Forms: sent once; after a second it says what is happening.
  for (const form of $$('form[data-form]', root)) {
    let dirty = false
    form.addEventListener('input', () => { dirty = true })
    form.addEventListener('submit', (e) => {
      const over = form.querySelector('[data-over]')
      if (over) { e.preventDefault(); over.focus(); return }
      if (form.dataset.sent) { e.preventDefault(); return }
      form.dataset.sent = '1'
      dirty = false
      const b = form.querySelector('[data-submit]')
      if (b) setTimeout(() => { b.classList.add('busy'); b.textContent = '正在送出，请稍等' }, 1000)
    })
    addEventListener('beforeunload', (e) => { if (dirty) e.preventDefault() })
  }

  // Chosen files with their sizes; too many bytes are not sent on their way only
  // to be refused.
  for (const input of $$('input[data-files]', root)) {
    const out = document.createElement('p')
    out.className = 'small quiet'
    out.setAttribute('aria-live', 'polite')
    input.after(out)
    if (input.accept.includes('.webm')) recorder(input)
    input.addEventListener('change', () => {
      const size = (n) => n < 1048576 ? Math.ceil(n / 1024) + ' KB' : (n / 1048576).toFixed(1) + ' MB'
      const most = Number(input.dataset.files), sum = [...input.files].reduce((n, f) => n + f.size, 0), over = most > 0 && sum > most
      input.toggleAttribute('data-over', over)
      out.className = over ? 'error' : 'small quiet'
      out.textContent = over ? '一共 ' + size(sum) + '，超过了 ' + size(most) + '，交不了。请重新选，分几次交。' : [...input.files].map((f) => f.name + '（' + size(f.size) + '）').join('、')
    })
  }
  for (const b of $$('[data-print]', root)) { b.classList.remove('hide'); b.addEventListener('click', () => print()) }
  for (const b of $$('[data-copy]', root)) {
    b.classList.remove('hide')
    const box = document.getElementById(b.dataset.copy), say = b.closest('.copied').querySelector('[role=status]')
    box.addEventListener('focus', () => box.select())
    b.addEventListener('click', async () => {
      box.select()
      try { await navigator.clipboard.writeText(box.value) } catch { // in a network without https
        if (!document.execCommand('copy')) { say.textContent = '复制不了。文字已经选上，请按住它，再点“复制”。'; return }
      }
      say.textContent = '复制好了。'
    })
  }
  for (const b of $$('[data-fill]', root)) {
    b.classList.remove('hide')
    b.addEventListener('click', () => {
      const t = document.getElementById(b.dataset.to)
      if (t) { t.value = t.value.trim() ? t.value.trimEnd() + '\n' + b.dataset.fill : b.dataset.fill; t.focus(); t.dispatchEvent(new Event('input', { bubbles: true })) }
    })
  }
}
ready(document)
addEventListener('pageshow', () => { for (const f of $$('form[data-sent]')) delete f.dataset.sent })

// Large type and dark colours come at once: what was typed, drawn or found on
// the page stays. Without a script the same buttons open the page anew.
const looks = { size: ['large', 'normal'], theme: ['dark', 'light'] }
for (const b of $$('[data-pref]')) {
  b.form.addEventListener('submit', async (e) => {
    e.preventDefault()
    const k = b.dataset.pref, on = b.value === looks[k][0]
    try {
      await fetch(b.form.action, { method: 'POST', body: new URLSearchParams({ back: '/', [k]: b.value }), redirect: 'manual' })
    } catch { /* for this page at least */ }
    document.documentElement.setAttribute('data-' + k, b.value)
    b.setAttribute('aria-pressed', String(on))
    b.value = looks[k][on ? 1 : 0]
  })
}

// A page that shows how far a long job is looks again after some seconds.
const later = document.querySelector('[data-again]')
if (later) setTimeout(() => location.reload(), later.dataset.again * 1000)

// Passkeys. WeChat's browser has none: the button stays hidden there.
const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const send = async (url, body) => {
  const r = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify(body ?? {}) })
  const j = await r.json()
  if (!r.ok) throw Object.assign(new Error(j.error?.show ?? '没有办成，请用短信验证码。'), { kind: j.error?.kind })
  return j
}
if (window.PublicKeyCredential && !/MicroMessenger/i.test(navigator.userAgent)) {
  for (const b of $$('[data-passkey]')) {
    b.classList.remove('hide')
    const say = document.createElement('p')
    say.className = 'error'
    say.setAttribute('role', 'alert')
    b.after(say)
    b.addEventListener('click', async () => {
      say.textContent = ''
      try {
        const o = await send(b.dataset.begin)
        const pk = o.options.publicKey
        pk.challenge = bytes(pk.challenge)
        if (pk.user) pk.user.id = bytes(pk.user.id)
        for (const c of [...(pk.excludeCredentials ?? []), ...(pk.allowCredentials ?? [])]) c.id = bytes(c.id)
        const c = b.dataset.passkey === 'register' ? await navigator.credentials.create({ publicKey: pk }) : await navigator.credentials.get({ publicKey: pk })
        const r = c.response
        const out = { id: c.id, rawId: text(c.rawId), type: c.type, response: { clientDataJSON: text(r.clientDataJSON) } }
        if (r.attestationObject) out.response.attestationObject = text(r.attestationObject)
        if (r.authenticatorData) Object.assign(out.response, { authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : null })
        const done = await send(b.dataset.finish, { ceremony: o.ceremony, credential: JSON.stringify(out), next: b.dataset.next ?? '' })
        location.assign(done.goto)
      } catch (e) {
        if (e.kind === 'step_up' && b.dataset.prove) return location.assign(b.dataset.prove)
        say.textContent = e.name === 'NotAllowedError' ? '没有完成。可以再试一次，或者用短信验证码。' : e.message
      }
    })
  }
}

// When the session has ended, what an installed app kept for it goes.
const signedOut = async () => {
  if (!window.caches) return
  const r = await fetch('/account', { headers: { Accept: 'application/json', 'X-Live': '1' } }).catch(() => null)
  if (r?.status === 401) for (const n of await caches.keys()) if (n.startsWith('kept ')) await caches.delete(n)
}

// A page that is open hears that something changed, fetches itself again and
// exchanges the parts that differ. Nothing is exchanged under somebody's hands:
// then one quiet line says that there is something new.
for (const box of $$('[data-live]')) {
  const say = box.querySelector('[role=status]'), button = box.querySelector('button')
  let heard = box.dataset.heard, source = null, news = '', busy = false, again = false, over = false
  const plain = (e) => { const c = e.cloneNode(true); for (const k of $$('[name=_key]', c)) k.removeAttribute('value'); for (const d of $$('details', c)) d.removeAttribute('open'); for (const b of $$('[data-print]', c)) b.classList.add('hide'); return c.innerHTML }
  const hands = (part) => part.contains(document.activeElement) || $$('input, textarea, select', part).some((f) => f.type !== 'hidden' && (f.type === 'checkbox' || f.type === 'radio' ? f.checked !== f.defaultChecked : f.tagName === 'SELECT' ? [...f.options].some((o) => o.selected !== o.defaultSelected) : f.value !== f.defaultValue))
  const writing = () => document.activeElement?.matches('input, textarea, select') || $$('main [data-part]').some(hands)
  const end = (words) => { over = true; source?.close(); signedOut(); say.textContent = words; button.textContent = words; button.hidden = false }
  const exchange = async (asked) => {
    if (busy) { again = true; return }
    busy = true
    try {
      const r = await fetch(location.href, { headers: { 'X-Live': '1', Accept: 'text/html' }, cache: 'no-store' })
      if (r.redirected || !r.ok) return end('这一页不再自动更新，点这里重新打开')
      const page = new DOMParser().parseFromString(await r.text(), 'text/html')
      let changed = 0, left = 0
      for (const part of $$('main [data-part]')) {
        const fresh = page.querySelector('main [data-part="' + part.dataset.part + '"]')
        if (!fresh || plain(fresh) === plain(part)) continue
        if (hands(part) || (!asked && writing())) { left++; continue }
        const open = $$('details', part).map((d) => d.open)
        part.replaceChildren(...document.importNode(fresh, true).childNodes)
        $$('details', part).forEach((d, i) => { d.open = open[i] ?? false })
        ready(part)
        changed++
      }
      if (changed + left > 0) say.textContent = news
      button.hidden = left === 0 || asked
    } catch { /* no network: the stream comes back, and tells again */ } finally {
      busy = false
      if (again) { again = false; exchange(false) }
    }
  }
  const told = (e) => {
    if (e.lastEventId) heard = e.lastEventId
    news = e.data || '有新内容'
    if (box.hasAttribute('data-anew')) { say.textContent = news; button.hidden = false } else exchange(false)
  }
  const listen = () => {
    if (over || source || document.hidden) return
    source = new EventSource(box.dataset.live + '?after=' + encodeURIComponent(heard))
    source.addEventListener('news', told)
    source.addEventListener('anew', told)
    source.addEventListener('over', () => end('这一页不再自动更新，点这里重新打开'))
    source.addEventListener('error', () => { if (source?.readyState === 2) { source = null; setTimeout(listen, 60000) } })
  }
  const rest = () => { source?.close(); source = null }
  button.addEventListener('click', () => { if (over || box.hasAttribute('data-anew')) location.reload(); else { button.hidden = true; exchange(true) } })
  // A page that nobody looks at holds no connection; it asks when it is looked at.
  document.addEventListener('visibilitychange', () => document.hidden ? rest() : listen())
  addEventListener('pagehide', rest)
  addEventListener('pageshow', listen)
  listen()
}

// The installed app, for parties only: its worker keeps the shell, and pages
// where their reader asked for it. Which account asked is the name of a cache.
const mark = document.documentElement.dataset.keep
// Of another account that was here before, nothing stays, and nothing rings.
if (mark && navigator.serviceWorker) try {
  if ((localStorage.getItem('rings') ?? mark) !== mark) navigator.serviceWorker.getRegistration().then(async (r) => { await (await r?.pushManager?.getSubscription())?.unsubscribe(); localStorage.removeItem('rings') })
} catch { /* storage may be off */ }
if (mark && window.caches) caches.keys().then((all) => { for (const n of all) if (n.startsWith('kept ') && n !== 'kept ' + mark) caches.delete(n) })
if (mark && navigator.serviceWorker && window.caches && !('staff' in document.documentElement.dataset)) {
  navigator.serviceWorker.register('/worker.js', { updateViaCache: 'none' }).catch(() => { /* a browser may refuse */ })
  for (const box of $$('[data-keeping]')) {
    const button = box.querySelector('button'), say = box.querySelector('[role=status]'), cache = 'kept ' + mark
    const show = async () => {
      const on = await caches.has(cache)
      button.setAttribute('aria-pressed', String(on))
      button.textContent = on ? '不再保留，清掉存着的' : '在这部手机上保留最近看过的案件'
      return on
    }
    show().then(() => box.classList.remove('hide'))
    button.addEventListener('click', async () => {
      if (await caches.has(cache)) await caches.delete(cache); else await caches.open(cache)
      say.textContent = await show() ? '打开了。从现在起看过的案件，没有网络时也能看。' : '清掉了。'
    })
  }
  for (const box of window.PushManager ? $$('[data-push]') : []) {
    const button = box.querySelector('button'), say = box.querySelector('[role=status]')
    box.classList.remove('hide')
    button.addEventListener('click', async () => {
      say.textContent = ''
      if (await Notification.requestPermission() !== 'granted') { say.textContent = '手机没有允许。要收消息，请在浏览器的设置里允许通知，再按一次。'; return }
      let s
      try {
        s = await (await navigator.serviceWorker.ready).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) })
      } catch { say.textContent = '这部手机现在收不了。短信照常发，不用再做什么。'; return }
      try {
        await send('/account/way/push', { endpoint: s.endpoint, p256dh: text(s.getKey('p256dh')), auth: text(s.getKey('auth')) })
        try { localStorage.setItem('rings', mark) } catch { /* storage may be off */ }
        location.reload()
      } catch (e) { s.unsubscribe(); say.textContent = e.message }
    })
  }
  addEventListener('beforeinstallprompt', (e) => {
    e.preventDefault()
    for (const b of $$('[data-install]')) { b.classList.remove('hide'); b.onclick = () => e.prompt() }
  })
}
// A kept page sends nothing: what was typed stays where it is.
if (document.querySelector('[data-offline]')) {
  addEventListener('submit', (e) => {
    e.preventDefault()
    e.stopImmediatePropagation()
    const say = document.querySelector('[data-offline]')
    say.textContent = '没有发出去：现在没有网络。写的话还在，有网络以后请再按一次。'
    say.scrollIntoView({ block: 'nearest' })
  }, true)
}
