// The half of a signature that happens on the signer's own machine. A key is
// made here, never stored, and cannot be taken out; it signs the papers that
// were shown and nothing else, and is gone with the page. What comes from the
// court is looked at before it is signed: the file must begin with the very
// bytes that were shown, and the attributes must hold its digest.
const form = document.querySelector('[data-sign]'), $ = (q) => document.querySelector(q)
const show = (e, on) => e.classList.toggle('hide', !on)
const b64 = (bytes) => { let s = ''; for (const b of bytes) s += String.fromCharCode(b); return btoa(s) }
const raw = (s) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0))
const join = (...parts) => { const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0; for (const p of parts) { out.set(p, at); at += p.length } return out }
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i])

// DER, as much of it as a request for a certificate needs (RFC 2986).
const der = (tag, ...parts) => {
  const body = join(...parts), n = body.length
  return join(n < 128 ? [tag, n] : n < 256 ? [tag, 129, n] : [tag, 130, n >> 8, n & 255], body)
}
const number = (bytes) => {
  let i = 0
  while (i < bytes.length - 1 && bytes[i] === 0) i++
  return der(2, bytes[i] > 127 ? [0] : [], bytes.subarray(i))
}
const ecdsaSHA256 = der(0x30, [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2])
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const request = async (key) => {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', key.publicKey))
  const info = der(0x30, der(2, [0]), der(0x30), spki, der(0xa0))
  const s = new Uint8Array(await crypto.subtle.sign(algorithm, key.privateKey, info))
  return der(0x30, info, ecdsaSHA256, der(3, [0], der(0x30, number(s.subarray(0, 32)), number(s.subarray(32)))))
}

// The value of the message digest among signed attributes (RFC 5652, 11.2):
// a set of sequences of a name and a set of one value.
const name = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4]
const read = (b, at) => {
  let n = b[at + 1], from = at + 2
  if (n & 128) { const k = n & 127; n = 0; for (let i = 0; i < k; i++) n = n * 256 + b[from + i]; from += k }
  if (!(from + n <= b.length)) throw new Error('not DER')
  return { tag: b[at], body: b.subarray(from, from + n), end: from + n }
}
const digestIn = (tbs) => {
  const set = read(tbs, 0), found = []
  if (set.tag !== 0x31 || set.end !== tbs.length) throw new Error('not a set')
  for (let at = 0; at < set.body.length;) {
    const a = read(set.body, at), oid = read(a.body, 0)
    if (oid.tag === 6 && same(oid.body, name)) found.push(read(read(a.body, oid.end).body, 0).body)
    at = a.end
  }
  if (found.length !== 1) throw new Error('no digest')
  return found[0]
}

const post = async (url, body) => {
  const r = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify(body) })
  const j = await r.json()
  if (!r.ok) throw Object.assign(new Error(j.error?.show ?? '没有办成，请再试一次。'), { told: true })
  return j
}

if (form) {
  const wrong = $('[data-wrong]'), says = $('[data-says]'), code = form.elements.code
  const rounds = [...form.querySelectorAll('[name=rounds]')], ask = $('[data-ask]'), go = $('[data-go]')
  const shown = new Map() // the bytes of each paper as it was when the page was opened
  let check = '', lines = [], plain = false, busy = false
  const able = window.isSecureContext && crypto?.subtle && !/MicroMessenger/i.test(navigator.userAgent)
  show(form, able)
  show($('[data-cannot]'), !able)
  const stage = (n) => document.querySelectorAll('.steps li').forEach((li, i) => { li.className = i < n ? 'done' : i === n ? 'now' : ''; if (i === n) li.setAttribute('aria-current', 'step'); else li.removeAttribute('aria-current') })
  const act = async (button, doing, f) => {
    if (busy) return
    busy = true
    wrong.textContent = ''
    says.textContent = doing
    button.setAttribute('aria-busy', 'true')
    try { await f() } catch (e) { wrong.textContent = e.told ? e.message : '没有签成：' + (e instanceof TypeError ? '没有网络，请再试一次。' : '浏览器出了问题，请换一个浏览器，或者到法院窗口签。') } finally { busy = false; says.textContent = ''; button.removeAttribute('aria-busy') }
  }

  // The pad. What is drawn is kept as points, in thousandths of its width.
  const pad = $('[data-pad]'), ink = pad.querySelector('g')
  let line = null
  const point = (e) => { const r = pad.getBoundingClientRect(); const n = (v) => Math.max(0, Math.min(1000, Math.round(v * 1000 / r.width))); return [n(e.clientX - r.left), n(e.clientY - r.top)] }
  pad.style.touchAction = 'none'
  pad.addEventListener('pointerdown', (e) => {
    e.preventDefault()
    pad.setPointerCapture(e.pointerId)
    line = { points: [point(e)], path: document.createElementNS('http://www.w3.org/2000/svg', 'path') }
    ink.append(line.path)
    lines.push(line.points)
    wrong.textContent = ''
    stage(1)
  })
  pad.addEventListener('pointermove', (e) => {
    if (!line) return
    const p = point(e), last = line.points.at(-1)
    if (Math.hypot(p[0] - last[0], p[1] - last[1]) < 4) return
    line.points.push(p)
    line.path.setAttribute('d', 'M' + line.points.map((q) => q.join(' ')).join('L'))
  })
  for (const end of ['pointerup', 'pointercancel']) pad.addEventListener(end, () => { line = null })
  $('[data-redo]').addEventListener('click', () => { lines = []; ink.replaceChildren() })
  const drawing = (on) => { plain = !on; show($('[data-drawn]'), on); show($('[data-undrawn]'), !on) }
  $('[data-plain]').addEventListener('click', () => { drawing(false); $('[data-draw]').focus() })
  $('[data-draw]').addEventListener('click', () => drawing(true))

  // First the papers as they are shown, byte by byte.
  const load = async () => {
    for (const r of rounds) {
      if (shown.has(r.value)) continue
      const f = await fetch(r.dataset.file, { cache: 'no-store' })
      if (!f.ok) throw Object.assign(new Error('文书没有打开，请重新打开这一页。'), { told: true })
      shown.set(r.value, new Uint8Array(await f.arrayBuffer()))
    }
  }
  load().catch(() => { /* asked again before signing */ })

  ask.addEventListener('click', () => act(ask, '正在发验证码', async () => {
    if (!plain && lines.length === 0) throw Object.assign(new Error('请先写名字。手不方便的，点“不画字，只用验证码签”。'), { told: true })
    if (!form.elements.agreed.checked) throw Object.assign(new Error('请看完全文，勾上“我看完了，愿意这样办”。'), { told: true })
    await load()
    const begun = await post('/api/v1/signing/begin', { rounds: rounds.map((r) => r.value) })
    check = begun.check
    $('[data-phone]').textContent = `尾号 ${begun.tail} 的手机`
    show($('[data-coded]'), true)
    ask.textContent = '没收到，重新发'
    ask.classList.remove('main')
    stage(2)
    code.value = ''
    code.focus()
  }))

  form.addEventListener('submit', (e) => {
    e.preventDefault()
    act(go, '正在签，请不要关掉这一页', async () => {
      if (!check || !/^\d{6}$/.test(code.value.trim())) throw Object.assign(new Error('请填短信里的 6 位数字。'), { told: true })
      const key = await crypto.subtle.generateKey(algorithm, false, ['sign'])
      const got = await post('/api/v1/signing/certify', { rounds: rounds.map((r) => r.value), check, code: code.value.trim(), csr: b64(await request(key)), strokes: JSON.stringify(plain ? [] : lines) })
      let left = 0
      for (let paper of got.papers) {
        for (let n = 0; ; n++) {
          const pdf = raw(paper.pdf), tbs = raw(paper.tbs), was = shown.get(paper.round)
          const covered = new Uint8Array(await crypto.subtle.digest('SHA-256', join(pdf.subarray(0, paper.from), pdf.subarray(paper.to))))
          if (!was || !(paper.from >= was.length) || !(paper.to > paper.from) || !same(pdf.subarray(0, was.length), was) || !same(digestIn(tbs), covered)) {
            throw Object.assign(new Error('要签的和您看到的不是同一份，没有签。请打电话告诉法院。'), { told: true })
          }
          const s = new Uint8Array(await crypto.subtle.sign(algorithm, key.privateKey, tbs))
          const out = await post('/api/v1/signing/sign', { sitting: got.sitting, round: paper.round, base: paper.base, signature: b64(s) })
          if (out.done) { left += out.left; break }
          if (!out.again || n > 4) throw Object.assign(new Error('很多人同时在签，请再签一次。'), { told: true })
          paper = out.again // somebody else signed in between: the same paper, one signature more
        }
      }
      for (const over of ['[data-sign]', '[data-not]', '[data-asked]', '[data-papers]']) show($(over), false)
      show($('[data-done]'), true)
      const said = $('[data-left]')
      said.textContent = left ? said.dataset.some : said.dataset.all
      stage(4)
      scrollTo(0, 0)
    })
  })
}
